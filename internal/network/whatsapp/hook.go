package whatsapp

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/secret"
)

// Challenge answers the question by which Meta tests an address.
func (*Driver) Challenge(query url.Values, app network.App) (network.Answer, bool) {
	return graph.Challenge(query, app)
}

// Verify checks the signature over the body as it came.
func (*Driver) Verify(header http.Header, body []byte, key secret.Text) error {
	return graph.Verify(header, body, key)
}

// hook is the body of a webhook. What is of another type than announced stays
// empty; the rest is read nevertheless.
type hook struct {
	Object string `json:"object"`
	Entry  []struct {
		ID      graph.Ident `json:"id"`
		Time    graph.Clock `json:"time"`
		Changes []struct {
			Field string `json:"field"`
			Value value  `json:"value"`
		} `json:"changes"`
	} `json:"entry"`
}

type value struct {
	Metadata struct {
		Number graph.Ident `json:"phone_number_id"`
	} `json:"metadata"`
	Contacts []contact `json:"contacts"`
	Messages []told    `json:"messages"`
	Echoes   []told    `json:"message_echoes"`
	Statuses []status  `json:"statuses"`
	changed
}

type contact struct {
	Phone   graph.Ident `json:"wa_id"`
	User    string      `json:"user_id"`
	Profile struct {
		Name  string `json:"name"`
		Login string `json:"username"`
	} `json:"profile"`
}

type status struct {
	ID     string      `json:"id"`
	Status string      `json:"status"`
	At     graph.Clock `json:"timestamp"`
	Phone  graph.Ident `json:"recipient_id"`
	User   string      `json:"recipient_user_id"`
	Opaque string      `json:"biz_opaque_callback_data"`
	Errors []trouble   `json:"errors"`
}

type trouble struct {
	Code  int    `json:"code"`
	Title string `json:"title"`
}

// Split takes a body apart. What is told of a number belongs to it, and what is told of a
// business account to all of its numbers. Fields that nobody announced are left out.
func (*Driver) Split(body []byte) ([]network.Raw, error) {
	var h hook
	if err := json.Unmarshal(body, &h); err != nil {
		if _, odd := errors.AsType[*json.UnmarshalTypeError](err); !odd {
			return nil, fault.New(fault.Invalid, "This is no webhook of Meta.")
		}
	}
	if h.Object != "whatsapp_business_account" {
		return nil, nil
	}
	var all []network.Raw
	for _, entry := range h.Entry {
		for _, c := range entry.Changes {
			number := string(c.Value.Metadata.Number)
			facts := c.Value.changed.facts(c.Field, string(entry.ID), entry.Time.When().UnixMilli())
			if graph.Object.MatchString(number) {
				facts = c.Value.facts(c.Field)
			}
			for _, f := range facts {
				f, ok := f.lean()
				switch {
				case ok && f.Notice != nil:
					all = append(all, f.raw(f.ID))
				case ok:
					all = append(all, f.raw(number))
				}
			}
		}
	}
	return all, nil
}

func (v value) facts(field string) (all []fact) {
	switch field {
	case "messages":
		known := v.known()
		for _, m := range v.Messages {
			if f, ok := m.fact(known.who(m)); ok {
				all = append(all, f)
			}
		}
		for _, s := range v.Statuses {
			f := fact{What: "status", ID: s.ID, Status: s.Status, Key: s.Opaque, From: person{Phone: string(s.Phone), User: s.User}, Made: s.At.When().UnixMilli()}
			if len(s.Errors) > 0 {
				f.Code = s.Errors[0].Code
			}
			all = append(all, f)
		}
	case "smb_message_echoes": // what was written with the app on a phone
		for _, m := range v.Echoes {
			if f, ok := m.fact(person{Phone: string(m.To), User: m.ToUser}); ok {
				if f.What == "message" {
					f.What = "ours"
				}
				all = append(all, f)
			}
		}
	}
	return all
}

// contacts are those of a body, which may tell of very many people, by both of the
// names that a message may have for them.
type contacts struct {
	all           []contact
	users, phones map[string]int
}

func (v value) known() contacts {
	k := contacts{v.Contacts, map[string]int{}, map[string]int{}}
	for i, c := range slices.Backward(v.Contacts) { // the first one counts
		k.users[c.User], k.phones[string(c.Phone)] = i, i
	}
	delete(k.users, "")
	delete(k.phones, "")
	return k
}

// who finds the contact of a message.
func (k contacts) who(m told) person {
	p := person{Phone: string(m.From), User: m.FromUser}
	i, found := k.users[p.User]
	if n, too := k.phones[p.Phone]; too && (!found || n < i) {
		i, found = n, true
	}
	if found {
		c := k.all[i]
		p.Name, p.Login = c.Profile.Name, c.Profile.Login
		if p.User == "" {
			p.User = c.User
		}
		if p.Phone == "" {
			p.Phone = string(c.Phone)
		}
	}
	return p
}
