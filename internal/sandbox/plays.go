package sandbox

import "time"

// words are one sentence in both languages of the house.
type words struct {
	FR string `json:"fr"`
	EN string `json:"en"`
}

// phase is a part of a scenario: from At on, of 0 to 1.
type phase struct {
	At float64 `json:"at"`
	words
}

// play is how a scenario goes: what a trainer reads about it, and what happens at its beginning, after a post of ours, after an
// answer of ours, when somebody finds themselves blocked.
type play struct {
	Name   string  `json:"name"`
	FR     string  `json:"fr"`
	EN     string  `json:"en"`
	About  words   `json:"about"`
	Learn  words   `json:"learn"`
	Phases []phase `json:"phases"`
	UsualS float64 `json:"usual_s"`
	OneNet bool    `json:"one_network"` // it strikes one network: the one that is named, or one by chance
	usual  time.Duration
	begin  func(*Scene)
	post   func(*Scene, Entry)
	answer func(*Scene, Entry, *utterance)
	barred func(*Scene, Act)
}

// allPlays are the scenarios the control room offers.
func allPlays() []play {
	all := []play{
		{Name: "calm", FR: "Semaine calme", EN: "Calm week", usual: 7 * 24 * time.Hour, begin: calmWeek, post: calmPost, answer: answerBack,
			About: words{"Sept jours ordinaires : des questions, des compliments, une plainte de temps en temps, quelques messages privés, surtout le midi et le soir.",
				"Seven ordinary days: questions, compliments, a complaint now and then, some private messages, mostly at noon and in the evening."},
			Learn: words{"Trouver son rythme : répondre à chaque question le jour même, tenir le calendrier, remercier sans se répéter.",
				"Find a rhythm: answer every question the same day, keep the calendar, give thanks without repeating yourselves."},
			Phases: []phase{{0, words{"Début de semaine", "Start of the week"}}, {3. / 7, words{"Milieu de semaine", "Midweek"}}, {5. / 7, words{"Week-end", "Weekend"}}}},
		{Name: "launch", FR: "Jour de lancement", EN: "Launch day", usual: 12 * time.Hour, begin: launchDay, post: livelyPost, answer: answerBack,
			About: words{"Une nouveauté sort : curiosité le matin, ruée à l’ouverture, soucis de paiement à midi, soulagement et photos le soir.",
				"Something new comes out: curiosity in the morning, a rush when it opens, payment trouble at noon, relief and pictures in the evening."},
			Learn: words{"Trier sous pression : repérer les mêmes questions, répondre d’une seule voix, faire passer l’argent avant les compliments.",
				"Triage under pressure: see which questions are the same, answer with one voice, put money before compliments."},
			Phases: []phase{{0, words{"L’attente", "Waiting"}}, {.15, words{"La ruée", "The rush"}}, {.4, words{"Les soucis", "The trouble"}}, {.7, words{"Le soir", "The evening"}}}},
		{Name: "complaints", FR: "Vague de plaintes", EN: "Complaint wave", usual: 4 * time.Hour, begin: complaints, answer: answerBack,
			About: words{"Un même défaut touche beaucoup de monde le même matin. Les plaintes montent, une rumeur d’arnaque s’y mêle, puis des clients vous défendent.",
				"One fault reaches many people on the same morning. Complaints rise, a rumour of a scam joins them, then customers stand up for you."},
			Learn: words{"Dire tôt ce qu’on sait, répondre à chacun sans copier-coller, ne masquer aucune critique juste, revenir vers ceux qui attendaient.",
				"Say early what you know, answer each person without pasting, hide no fair criticism, come back to those who waited."},
			Phases: []phase{{0, words{"Les premières plaintes", "First complaints"}}, {.25, words{"Le sommet", "The peak"}}, {.6, words{"La rumeur", "The rumour"}}, {.8, words{"L’accalmie", "It calms down"}}}},
		{Name: "raid", FR: "Raid", EN: "Raid", usual: 90 * time.Minute, begin: raid, barred: evade, answer: answerBack,
			About: words{"Un groupe s’est donné rendez-vous : mêmes phrases collées partout, injures, liens ; les comptes bloqués reviennent sous d’autres noms. Parmi eux, des habitués vous défendent.",
				"A group has agreed to meet: the same sentences pasted everywhere, insults, links; blocked accounts return under other names. Among them, regulars defend you."},
			Learn: words{"Protéger sans punir à tort : masquer en série, bloquer les meneurs, laisser les défenseurs visibles, ne pas nourrir la dispute.",
				"Protect without punishing the wrong people: hide in series, block the leaders, leave defenders visible, do not feed the fight."},
			Phases: []phase{{0, words{"Les éclaireurs", "Scouts"}}, {.1, words{"L’assaut", "The assault"}}, {.45, words{"Le contournement", "Evasion"}}, {.65, words{"La seconde vague", "Second wave"}}, {.9, words{"La retombée", "Ebb"}}}},
		{Name: "outage", FR: "Panne d’un réseau", EN: "Outage of one network", usual: 3 * time.Hour, OneNet: true, begin: outage, post: calmPost, answer: answerBack,
			About: words{"Un réseau ralentit, puis ne répond plus du tout ; ailleurs, les gens demandent si c’est vous. À son retour, les nouvelles arrivent en retard et en désordre.",
				"One network gets slow, then does not answer at all; elsewhere people ask whether it is you. When it returns, news come late and out of order."},
			Learn: words{"Lire l’état des comptes, rassurer sur les autres réseaux, ne rien republier à la main : Kith cherche d’abord si c’est parti.",
				"Read the health of the channels, reassure people on the other networks, publish nothing again by hand: Kith looks first whether it went out."},
			Phases: []phase{{0, words{"Il ralentit", "It slows down"}}, {.1, words{"La panne", "Down"}}, {.65, words{"Il revient, en désordre", "Back, out of order"}}, {.85, words{"Rétabli", "Restored"}}}},
		{Name: "expiry", FR: "Clé expirée", EN: "Token expiry", usual: 4 * time.Hour, OneNet: true, begin: expiry, post: calmPost, answer: answerBack,
			About: words{"Un réseau ne reconnaît plus la clé de Kith. Les publications prévues y restent en attente, les commentaires n’arrivent plus, jusqu’à ce que quelqu’un se reconnecte.",
				"One network no longer knows Kith’s key. Planned posts wait there, comments stop coming, until somebody signs in again."},
			Learn: words{"Voir l’alerte, reconnecter le compte, vérifier ce qui attendait et ce qui a manqué.",
				"See the alarm, reconnect the channel, check what waited and what was missed."},
			Phases: []phase{{0, words{"Tout va bien", "All is well"}}, {.1, words{"La clé expire", "The key expires"}}, {.9, words{"Dernier délai", "Last chance"}}}},
		{Name: "lively", FR: "Journée animée", EN: "Lively day", begin: livelyBegin, post: livelyPost, answer: answerBack,
			About: words{"Beaucoup de réactions, de commentaires et de messages après chaque publication ; les gens répondent aux réponses. Sans fin.",
				"Many reactions, comments and messages after each post; people answer back. Without end."},
			Learn: words{"Se faire la main.", "Get the feel of it."}},
		{Name: "flood", FR: "Une personne inonde", EN: "One person floods", usual: time.Minute, begin: flood,
			About: words{"Quelqu’un ne s’arrête pas pendant une minute.", "Somebody does not stop for a minute."},
			Learn: words{"Essayer la règle contre l’inondation.", "Try out the flooding rule."}},
	}
	for i := range all {
		all[i].UsualS = all[i].usual.Seconds()
		if all[i].Phases == nil {
			all[i].Phases = []phase{}
		}
	}
	return all
}

func plays(name string) (play, bool) {
	for _, p := range allPlays() {
		if p.Name == name {
			return p, true
		}
	}
	return play{}, false
}

func calmPost(c *Scene, e Entry)   { c.echo(e, 3, 8, 1, 3, 2*time.Hour) }
func livelyPost(c *Scene, e Entry) { c.echo(e, 10, 40, 5, 15, 40*time.Minute) }

// echo is what follows a post: reactions, comments, sometimes a follower and a private message.
func (c *Scene) echo(e Entry, fewReacts, manyReacts, fewComments, manyComments int, over time.Duration) {
	on := Act{Network: e.Network, Account: e.Account, Target: e.Object}
	for range c.some(fewReacts, manyReacts) {
		a := on
		a.Kind = "react"
		c.in(5*time.Second+c.soon(over), a)
	}
	for range c.some(fewComments, manyComments) {
		c.tell(15*time.Second+c.soon(over), on, c.ordinary())
	}
	if c.luck(0.5) {
		c.in(c.soon(over), Act{Network: e.Network, Account: e.Account, Kind: "follow"})
	}
	if c.luck(0.4) {
		c.tell(c.soon(over), on, "message")
	}
	if c.luck(0.15) {
		c.harm(c.soon(over), on, []string{string(Troll), string(Spammer)}[c.pick(2)], "")
	}
}

// ordinary draws what people say on an ordinary day: mostly kind, some questions, few complaints.
func (c *Scene) ordinary() string {
	switch n := c.pick(10); {
	case n < 4:
		return "praise"
	case n < 8:
		return "question"
	}
	return "complaint"
}

// livelyBegin lets people talk about what is already there.
func livelyBegin(c *Scene) {
	for _, on := range c.stages() {
		n, _ := c.scripts.stage.Network(on.Network)
		if n.Private {
			for range c.some(4, 9) {
				c.tell(5*time.Second+c.soon(40*time.Minute), on, c.ordinary())
			}
		}
		for i, p := range n.Actor.Posts(on.Account) {
			if i == 3 {
				break
			}
			c.echo(Entry{Network: on.Network, Account: on.Account, Object: p.ID}, 2, 8, 1, 4, 20*time.Minute)
		}
	}
}

// flood is one person who does not stop.
func flood(c *Scene) {
	for _, on := range c.stages() {
		who, ok := c.anybody(Troll, "")
		if !ok {
			return
		}
		n := c.some(12, 16)
		for i := range n {
			a := on
			a.Kind, a.Person = "comment", who.ID
			c.in(c.length()*time.Duration(i)/time.Duration(n), a)
		}
	}
}
