package network

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// State says whether a network can do something.
type State string

// The states of an ability.
const (
	Offered    State = "can"
	Impossible State = "cannot"  // the network does not offer it
	NotYet     State = "later"   // the network offers it, Kith does not yet
	ByHand     State = "by_hand" // a person does it, and Kith helps
)

// Ability is one cell of the matrix.
type Ability struct {
	Action  Action `json:"action"`
	State   State  `json:"state"`
	Why     string `json:"why,omitempty"`
	Instead string `json:"instead,omitempty"`
	Only    string `json:"only,omitempty"` // who alone may, of an ability that not everybody has
}

// Abilities gives a network's column of the matrix, in the order of Actions.
func Abilities(d Driver) []Ability {
	p := d.Profile()
	var all []Ability
	for _, a := range Actions() {
		one := Ability{Action: a, State: Impossible, Why: p.Cannot[a].Why, Instead: p.Cannot[a].Instead}
		switch {
		case Can(d, a):
			one.State, one.Only = Offered, p.OnlyFor(a)
			if a == ActLike && p.Likes.Only != "" {
				one.Why, one.Instead = p.Likes.Why, p.Likes.Instead
			}
		case slices.Contains(p.Later, a):
			one.State = NotYet
		case a == ActPublish && ByHandOnly(d):
			one.State = ByHand
		}
		all = append(all, one)
	}
	return all
}

// sign is a cell of docs/networks.md.
func (a Ability) sign() string {
	if a.Only != "" {
		return "✓*"
	}
	return map[State]string{Offered: "✓", Impossible: "–", NotYet: "*later*", ByHand: "*by hand*"}[a.State]
}

// Words name an action for people.
func (a Action) Words() string {
	words := map[Action]string{
		ActPublish: "Publish", ActThread: "Threads", ActImage: "Images", ActCarousel: "Several images", ActVideo: "Videos", ActDocument: "Documents", ActLink: "Links", ActReel: "Short upright videos",
		ActStory: "Stories", ActQuestion: "Polls", ActFirstComment: "First comment", ActAltText: "Image descriptions", ActSubtitles: "Subtitles of videos", ActCover: "Cover of a video", ActAILabel: "AI label",
		ActPaidLabel: "Paid partnership label", ActTagPeople: "Tag people in pictures", ActPlace: "Name a place", ActCommunity: "Post in a community", ActTrial: "Try a reel on people who do not follow", ActReshare: "Share a post with words of one’s own", ActRepost: "Repost without words of one’s own", ActClose: "Close the comments", ActFind: "Look for an unclear post", ActEdit: "Edit a post", ActDelete: "Delete a post", ActDeleteReply: "Delete an answer of ours", ActPin: "Pin a post",
		ActReply: "Answer", ActPrivateReply: "Answer in private", ActReplyFiles: "Files in answers", ActLike: "Like", ActHide: "Hide a comment", ActHold: "Hold a comment for review",
		ActDeleteOthers: "Delete a comment", ActBan: "Ban a person", ActMute: "Mute a person", ActBlockMessages: "Block a person's private messages", ActWebhook: "Hear at once (webhooks)", ActPoll: "Hear by asking", ActMention: "Hear of mentions", ActFollow: "Hear who follows", ActUnfollow: "Hear who stops following",
		ActMeasure: "Figures of posts", ActInsights: "Figures of the account", ActQuota: "Quota from the network", ActOAuth: "Connect by the network’s page",
	}
	return cmp.Or(words[a], string(a))
}

// Markdown writes the matrix and what is known of each network, for
// docs/networks.md.
func Markdown(s *Set) string {
	var b strings.Builder
	all := s.All()
	b.WriteString("# What each network can do\n\nWritten by `kith networks --markdown`; a test keeps it current. ✓ Kith does it (✓* with\nwhat is said below); – the network does not offer it; *later*: the network offers it, Kith does not yet;\n*by hand*: a person does it, and Kith prepares and reminds.\n\n| |")
	for _, d := range all {
		b.WriteString(" " + d.Profile().Label + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(all)) + "\n")
	for i, a := range Actions() {
		b.WriteString("| " + a.Words() + " |")
		for _, d := range all {
			b.WriteString(" " + Abilities(d)[i].sign() + " |")
		}
		b.WriteString("\n")
	}
	for _, d := range all {
		describe(&b, d)
	}
	return b.String()
}

func describe(b *strings.Builder, d Driver) {
	p := d.Profile()
	fmt.Fprintf(b, "\n## %s\n\nProved on:\n\n", p.Label)
	for _, e := range p.Evidence {
		fmt.Fprintf(b, "- %s: %s (%s)\n", strings.ReplaceAll(e.On, "_", " "), e.What, e.Date)
	}
	fmt.Fprintf(b, "\nFacts as of %s.", p.AsOf)
	if p.Version != "" {
		fmt.Fprintf(b, " API version %s", p.Version)
		if p.Expires != "" {
			fmt.Fprintf(b, ", which the network may refuse after %s", p.Expires)
		}
		b.WriteString(".")
	}
	fmt.Fprintf(b, "\n\n- Text: %s\n- Files: %s\n", p.Limits.Text.words(), p.Limits.Media.words())
	for _, kind := range slices.Sorted(maps.Keys(p.Limits.Kinds)) {
		k := p.Limits.Kinds[kind]
		fmt.Fprintf(b, "- As a %s: text %s; files %s\n", kind, k.Text.words(), k.Media.words())
	}
	for _, a := range []struct {
		words string
		files *MediaLimit
		takes MediaLimit
	}{{"Files in answers", p.Limits.ReplyMedia, p.Limits.Answering(false).Media}, {"Files in private answers", p.Limits.MessageMedia, p.Limits.Answering(true).Media}} {
		if a.files != nil && Can(d, ActReplyFiles) {
			fmt.Fprintf(b, "- %s: %s\n", a.words, a.takes.words())
		}
	}
	if p.Limits.Title != nil {
		fmt.Fprintf(b, "- Title: %s\n", p.Limits.Title.words())
	}
	for _, q := range p.Quotas {
		fmt.Fprintf(b, "- Quota: %s\n", q.words())
	}
	for _, h := range p.Headers {
		fmt.Fprintf(b, "- Header of answers: `%s`: %s, in %s\n", h.Name, strings.ReplaceAll(h.Tells, "_", " "), h.Unit)
	}
	for _, price := range p.Prices {
		fmt.Fprintf(b, "- Price: %s %s for %s\n", price.Amount, price.Currency, strings.ReplaceAll(strings.TrimSpace(strings.Join([]string{price.What, price.Category, price.Country}, " ")), "_", " "))
	}
	if p.Reading.Assumes != "" {
		sum, _ := Sum(p.Reading.Month(p.Prices, 30))
		fmt.Fprintf(b, "- Reading takes about %s %s a month, with %s\n", sum.Amount, sum.Currency, p.Reading.Assumes)
	}
	for _, w := range p.Windows {
		fmt.Fprintf(b, "- We may write (%s, %s) for %d hours after the person’s last message. %s\n", strings.ReplaceAll(w.Kind, "_", " "), strings.ReplaceAll(w.Name, "_", " "), w.Hours, w.Then)
	}
	if p.Edits.Minutes > 0 {
		fmt.Fprintf(b, "- A post may be changed for %d minutes, at most %d times\n", p.Edits.Minutes, p.Edits.Times)
	}
	if u := p.Upload; u.Bytes > 0 {
		fmt.Fprintf(b, "- Files go there in pieces of %d bytes (%d, where they are refused), %d side by side, at most %d\n", u.Bytes, u.Least, max(u.AtOnce, 1), u.Pieces)
	}
	if p.Likes.Only == InDirect {
		fmt.Fprintf(b, "- Like: private messages alone. %s %s\n", p.Likes.Why, p.Likes.Instead)
	}
	if len(p.BelowOurs) > 0 {
		var words []string
		for _, a := range p.BelowOurs {
			words = append(words, a.Words())
		}
		fmt.Fprintf(b, "- Below our own posts alone, and not where others mention us: %s\n", strings.Join(words, ", "))
	}
	if p.Closing.Deletes {
		b.WriteString("- Closing the comments deletes those that are there\n")
	}
	for _, a := range Abilities(d) {
		if a.Only != "" {
			fmt.Fprintf(b, "- %s: %s\n", a.Action.Words(), a.Only)
		}
	}
	if s := p.Scheduling; s != nil {
		fmt.Fprintf(b, "- Scheduling: %s (%s; %s%s)\n", s.Why, s.Source.Text, s.Source.Date, map[bool]string{true: ", not certain"}[s.Source.Uncertain])
	}
	if a := p.Ahead; a != nil {
		fmt.Fprintf(b, "- Videos are handed over %s before the time of their post%s (%s; %s%s)\n", minutes(a.Minutes), map[bool]string{true: ", and last " + minutes(a.Lasts)}[a.Lasts > 0],
			a.Source.Text, a.Source.Date, map[bool]string{true: ", not certain"}[a.Source.Uncertain])
	}
	fmt.Fprintf(b, "- What was accepted may stay invisible for %s\n", p.Delay)
	if p.Reach > 0 {
		fmt.Fprintf(b, "- It tells what happened in the last %s\n", p.Reach.Round(time.Hour))
	}
	for _, r := range reasons(d) {
		fmt.Fprintf(b, "- %s: %s\n", strings.Join(r.actions, ", "), r.text)
	}
	p.accounts(b)
	if len(p.Guide) > 0 {
		b.WriteString("\nHow to make an app there:\n\n")
		for i, step := range p.Guide {
			fmt.Fprintf(b, "%d. %s\n", i+1, step)
		}
	}
	if len(p.Sources) > 0 {
		b.WriteString("\nSources:\n\n")
	}
	for _, name := range slices.Sorted(maps.Keys(p.Sources)) {
		s := p.Sources[name]
		fmt.Fprintf(b, "- %s: %s (%s%s)\n", name, s.Text, s.Date, map[bool]string{true: ", not certain"}[s.Uncertain])
	}
}

// accounts writes what differs from account to account: their sorts, and the rights that
// people allow, or not, when they connect one.
func (p Profile) accounts(b *strings.Builder) {
	for _, s := range p.Sorts {
		if len(s.Cannot) == 0 {
			fmt.Fprintf(b, "- %s: all of that\n", s.Label)
		}
		for _, r := range because(s.Cannot) {
			fmt.Fprintf(b, "- %s, not: %s: %s\n", s.Label, strings.Join(r.actions, ", "), r.text)
		}
	}
	if len(p.Rights) > 0 {
		b.WriteString("\nRights that are asked for when an account is connected, and what is missing without each:\n\n")
	}
	for _, r := range p.Rights {
		fmt.Fprintf(b, "- `%s`: %s\n", r.Name, strings.TrimSpace(r.Without+" "+r.Instead))
	}
}

// because puts together what cannot be done for the same reason.
func because(cannot map[Action]Cannot) (all []reason) {
	for _, a := range Actions() {
		if why, no := cannot[a]; no {
			all = joined(all, a, strings.TrimSpace(why.Why+" "+why.Instead))
		}
	}
	return all
}

func joined(all []reason, a Action, text string) []reason {
	i := slices.IndexFunc(all, func(r reason) bool { return r.text == text })
	if i < 0 {
		all, i = append(all, reason{text: text}), len(all)
	}
	all[i].actions = append(all[i].actions, a.Words())
	return all
}

// reason is why some actions cannot be done, and what to do instead.
type reason struct {
	actions []string
	text    string
}

// reasons are those of a network; what has the same reason stands together.
func reasons(d Driver) []reason {
	var all []reason
	for _, a := range Abilities(d) {
		if a.Why == "" || a.State != Impossible && a.State != ByHand {
			continue
		}
		all = joined(all, a.Action, strings.TrimSpace(a.Why+" "+a.Instead))
	}
	return all
}

func (l TextLimit) words() string {
	if l.None {
		return "none"
	}
	s := "no limit is known"
	if l.Max > 0 {
		s = fmt.Sprintf("at most %d %s", l.Max, strings.ReplaceAll(cmp.Or(string(l.Unit), "code_points"), "_", " "))
	}
	if l.MaxBytes > 0 {
		s += fmt.Sprintf(" and %d bytes", l.MaxBytes)
	}
	if l.URLLength > 0 {
		s += fmt.Sprintf("; a link counts as %d", l.URLLength)
	}
	if l.Hashtags > 0 {
		s += fmt.Sprintf("; %d hashtags", l.Hashtags)
	}
	return s
}

func (l MediaLimit) words() string {
	if l.MaxItems == 0 {
		return "none"
	}
	s := fmt.Sprintf("at most %d", l.MaxItems)
	if l.MinItems > 0 {
		s = fmt.Sprintf("%d to %d", l.MinItems, l.MaxItems)
	}
	if len(l.Image.Types) > 0 {
		s += "; images " + types(l.Image.Types) + size(l.Image.MaxBytes)
		if t := l.Image.Text; t != nil {
			s += " (text beside them: " + t.words() + ")"
		}
	}
	if len(l.Video.Types) > 0 {
		s += "; videos " + types(l.Video.Types) + size(l.Video.MaxBytes)
		if l.Video.MaxSeconds > 0 {
			s += fmt.Sprintf(" of at most %s", time.Duration(l.Video.MaxSeconds*float64(time.Second)))
		}
		if t := l.Video.Subtitles; t != nil {
			s += " with subtitles" + size(t.MaxBytes)
		}
		if t := l.Video.Cover; t != nil {
			s += " with a cover " + types(t.Types) + size(t.MaxBytes)
		}
	}
	if len(l.Audio.Types) > 0 {
		s += "; sounds " + types(l.Audio.Types) + size(l.Audio.MaxBytes)
	}
	if len(l.Document.Types) > 0 {
		s += "; documents " + types(l.Document.Types) + size(l.Document.MaxBytes)
	}
	if l.Caption != nil {
		s += "; text beside them: " + l.Caption.words()
	}
	if l.AltMax > 0 {
		s += fmt.Sprintf("; descriptions of at most %d", l.AltMax)
	}
	return s
}

// minutes writes a while as people say it.
func minutes(n int) string {
	if n%60 == 0 && n > 60 {
		return fmt.Sprintf("%d hours", n/60)
	}
	return fmt.Sprintf("%d minutes", n)
}

func types(all []string) string {
	short := make([]string, len(all))
	for i, t := range all {
		_, short[i], _ = strings.Cut(t, "/")
	}
	return strings.Join(short, ", ")
}

func size(n int64) string {
	if n <= 0 {
		return ""
	}
	if n < 1e6 {
		return fmt.Sprintf(" up to %.0f kB", float64(n)/1e3)
	}
	return fmt.Sprintf(" up to %.1f MB", float64(n)/1e6)
}

func (q Quota) words() string {
	s := fmt.Sprintf("%d %s", q.Max, q.Name)
	if q.Name == People {
		s = fmt.Sprintf("%d people to whom one writes first", q.Max)
	}
	if q.Max == 0 {
		s = q.Name + ", only the network knows how many,"
	}
	if q.Daily != "" {
		s += " a day (" + q.Daily + ")"
	} else if q.WindowS > 0 {
		s += " in " + strings.TrimSuffix(strings.TrimSuffix((time.Duration(q.WindowS)*time.Second).String(), "0s"), "0m")
	}
	if q.Per == "app" {
		return s + ", shared by all channels of this house"
	}
	if q.Per == Portfolio {
		return s + " for each business portfolio"
	}
	return s + " for each account"
}
