package sandbox

import (
	"errors"
	"fmt"
)

// What a network answers to people: it has no such thing, we have blocked them, or there is nothing of ours to talk about yet.
var (
	ErrCannot  = errors.New("people cannot do that on this network")
	ErrBlocked = errors.New("the account has blocked this person")
	ErrNoPost  = errors.New("there is no post of ours to talk about yet")
)

// Correspondent is an Actor that says under which name a private conversation stands in the ledger: the parent of our messages.
type Correspondent interface {
	Thread(p Person, account string) string
}

// Act is one thing a person does. What is left empty is chosen: somebody of that mood and language, a fitting text, our newest post.
type Act struct {
	Network  string `json:"network"`
	Account  string `json:"account"`
	Person   string `json:"person,omitempty"`
	Mood     Mood   `json:"mood,omitempty"`
	Lang     string `json:"lang,omitempty"`
	Kind     string `json:"kind"` // comment, mention, react, follow, unfollow, message, edit or remove
	Target   string `json:"target,omitempty"`
	Text     string `json:"text,omitempty"`
	Reaction string `json:"reaction,omitempty"`
}

// Acted is what became of an act.
type Acted struct {
	ID     string `json:"id"`
	Person Person `json:"person"`
	Text   string `json:"text"`
	Target string `json:"target"`
}

// Do lets a person act now.
func (s *Scripts) Do(a Act) (Acted, error) {
	n, ok := s.stage.Network(a.Network)
	if !ok || n.Actor == nil {
		return Acted{}, fmt.Errorf("no network with people is called %q", a.Network)
	}
	if a.Account == "" {
		for _, first := range n.Accounts() {
			a.Account = first.ID
			break
		}
	}
	p, err := s.choose(a)
	if err != nil {
		return Acted{}, err
	}
	if n.Private && a.Kind == "comment" {
		a.Kind, a.Target = "message", "" // who wants to say something here says it in private
	}
	if a.Text == "" && (a.Kind == "comment" || a.Kind == "mention" || a.Kind == "message" || a.Kind == "edit") {
		section := string(p.Mood)
		if a.Kind == "message" && p.Mood != Spammer && p.Mood != Troll {
			section = "message"
		}
		a.Text = s.line(p.Lang, section, n.brand(a.Account))
	}
	if a.Target == "" && a.Kind == "react" && n.Private {
		return Acted{}, ErrNoPost
	}
	if a.Target == "" && (a.Kind == "comment" || a.Kind == "react") && !n.Private {
		posts := n.Actor.Posts(a.Account)
		if len(posts) == 0 {
			return Acted{}, ErrNoPost
		}
		a.Target = posts[0].ID
	}
	done := Acted{Person: p, Text: a.Text, Target: a.Target}
	switch a.Kind {
	case "comment":
		done.ID, err = n.Actor.Comment(p, a.Account, a.Target, a.Text)
		if err == nil {
			s.remember(a.Network, done.ID, &utterance{who: p, network: a.Network, account: a.Account, id: done.ID, text: a.Text, at: s.stage.Clock.Now()})
		}
	case "mention":
		if done.ID, err = mention(n.Actor, p, a); err == nil {
			s.remember(a.Network, done.ID, &utterance{who: p, network: a.Network, account: a.Account, id: done.ID, text: a.Text, at: s.stage.Clock.Now()})
		}
	case "react":
		err = n.Actor.React(p, a.Account, a.Target, a.Reaction)
	case "follow":
		err = n.Actor.Follow(p, a.Account)
	case "unfollow":
		if who, ok := n.Actor.(Unfollower); ok {
			err = who.Unfollow(p, a.Account)
		} else {
			err = ErrCannot
		}
	case "message":
		done.ID, err = n.Actor.Message(p, a.Account, a.Text)
		if err == nil {
			s.remember(a.Network, done.ID, &utterance{who: p, network: a.Network, account: a.Account, id: done.ID, text: a.Text, private: true, at: s.stage.Clock.Now()})
		}
	case "edit", "remove":
		err = change(n.Actor, p, a)
	default:
		err = fmt.Errorf("people do not know how to %q", a.Kind)
	}
	return done, err
}

func mention(actor Actor, p Person, a Act) (string, error) {
	if a.Target != "" {
		if m, ok := actor.(BelowMentioner); ok {
			return m.MentionBelow(p, a.Account, a.Target, a.Text)
		}
		return "", ErrCannot
	}
	m, ok := actor.(Mentioner)
	if !ok {
		return "", ErrCannot
	}
	return m.Mention(p, a.Account, a.Text)
}

func change(actor Actor, p Person, a Act) error {
	e, ok := actor.(Editor)
	if !ok {
		return ErrCannot
	}
	if a.Kind == "edit" {
		return e.Edit(p, a.Target, a.Text)
	}
	return e.Remove(p, a.Target)
}

func (s *Scripts) choose(a Act) (Person, error) {
	if a.Person != "" {
		p, ok := s.stage.Cast.Person(a.Person)
		if !ok {
			return p, fmt.Errorf("nobody is called %q", a.Person)
		}
		return p, nil
	}
	some := s.stage.Cast.Some(a.Mood, a.Lang)
	if len(some) == 0 {
		return Person{}, errors.New("nobody has that mood and language")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return some[s.random.IntN(len(some))], nil
}

func (s *Scripts) line(lang, section, brand string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.talk.say(s.random, lang, section, brand)
}

func (n Network) brand(account string) string {
	for _, a := range n.Accounts() {
		if a.ID == account {
			return a.Name
		}
	}
	return ""
}
