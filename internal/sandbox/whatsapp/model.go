package whatsapp

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// account is a WhatsApp Business Account.
type account struct {
	id, name   string
	numbers    []*number
	templates  []*pattern
	subscribed bool
	instead    string // where its news go rather than to the address of the app
	portfolio  *portfolio
	restricted map[string]time.Time // until when what is forbidden to it
	disabled   bool
}

// portfolio is a business, by which it is counted to whom its numbers wrote first, and when.
type portfolio struct {
	id, name string
	most     int
	met      map[string]time.Time // by the people's ids on the stage
}

// tier is a limit as Meta writes it.
func (p *portfolio) tier() string {
	switch {
	case p.most < 0:
		return "TIER_UNLIMITED"
	case p.most%1000 == 0:
		return fmt.Sprintf("TIER_%dK", p.most/1000)
	}
	return fmt.Sprintf("TIER_%d", p.most)
}

// approach counts that somebody is written to first; false: they would be one too many.
func (p *portfolio) approach(who string, now time.Time) bool {
	n := 0
	for other, at := range p.met {
		if other != who && now.Sub(at) < window {
			n++
		}
	}
	if p.most >= 0 && n >= p.most {
		return false
	}
	p.met[who] = now
	return true
}

// number is one of our phone numbers.
type number struct {
	id, name, display string
	of                *account
	quality, status   string
	people            map[string]*contact // by the ids of the stage
	blocked           map[string]bool     // by the ids of the stage
	sent              []time.Time         // for the throughput
}

func (x *number) digits() string { return digits(x.display) }

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// contact is a person as one number of ours knows them.
type contact struct {
	who    sandbox.Person
	phone  string // digits: their wa_id
	user   string // business-scoped, given to every business anew
	hidden bool   // they have a username and hide their number
	heard  time.Time
	sent   []time.Time // to them
}

// meet gives the contact of a person; whoever it is has a number.
func (n *Network) meet(x *number, who sandbox.Person) *contact {
	if c := x.people[who.ID]; c != nil {
		return c
	}
	i, _ := strconv.Atoi(strings.TrimPrefix(who.ID, "p"))
	c := &contact{who: who, phone: fmt.Sprintf("3361234%04d", i), user: fmt.Sprintf("FR.13491208655%06d", i), hidden: i%3 == 0}
	if who.Lang == "en" {
		c.phone, c.user = fmt.Sprintf("44770090%04d", i), fmt.Sprintf("GB.13491208655%06d", i)
	}
	x.people[who.ID] = c
	return c
}

// known finds a contact by how one addresses them: a number, or a business-scoped id.
func (x *number) known(to, recipient string) *contact {
	for _, c := range x.people {
		if to != "" && digits(to) == c.phone || to == "" && recipient == c.user {
			return c
		}
	}
	return nil
}

// message is one message, theirs or ours.
type message struct {
	id      string
	on      *number
	with    *contact
	ours    bool
	kind    string
	text    string
	opaque  string
	at      time.Time
	failed  bool
	arrived bool
	seen    bool
	reacted string // our reaction to it
}

// file is something that was uploaded, by us or by a person.
type file struct {
	id, kind string
	data     []byte
	of       *number
	until    time.Time
	hash     string // of its present address
	address  time.Time
}

// pattern is a template: a message that Meta has reviewed.
type pattern struct {
	id, name, language, category, status string
	reason, score                        string // why it was refused; how people take it
	header, body, footer                 string
	media                                string // format of a header that is a file: IMAGE, VIDEO, DOCUMENT
	named                                bool
}

// standing are the templates that a business account begins with.
func standing() []*pattern {
	return []*pattern{
		{id: "1001", name: "reprise_contact", language: "fr", category: "UTILITY", status: "APPROVED", body: "Bonjour {{1}}, nous revenons vers vous au sujet de {{2}}. Êtes-vous disponible pour en parler ?", footer: "Librairie Hirondelle"},
		{id: "1002", name: "resume_contact", language: "en", category: "UTILITY", status: "APPROVED", body: "Hello {{1}}, we have an answer to your question about {{2}}. May we write to you?"},
		{id: "1003", name: "order_ready", language: "en", category: "UTILITY", status: "APPROVED", header: "Order {{number}}", body: "Good news, {{first_name}}: your order is ready.", named: true},
		{id: "1004", name: "rencontre", language: "fr", category: "MARKETING", status: "APPROVED", body: "Ce jeudi, une rencontre vous attend à la librairie. Répondez STOP pour ne plus recevoir ces messages."},
		{id: "1005", name: "affiche", language: "fr", category: "MARKETING", status: "APPROVED", media: "IMAGE", body: "Voici notre affiche."},
		{id: "1006", name: "soldes", language: "fr", category: "MARKETING", status: "PAUSED", body: "Les soldes commencent."},
		{id: "1007", name: "brouillon", language: "fr", category: "MARKETING", status: "PENDING", body: "À venir."},
	}
}
