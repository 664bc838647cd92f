package whatsapp

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/network/graph"
)

// told is a message as a webhook tells it: of its parts one is there, that of its
// type.
type told struct {
	From     graph.Ident `json:"from"`
	FromUser string      `json:"from_user_id"`
	To       graph.Ident `json:"to"`
	ToUser   string      `json:"to_user_id"`
	Group    string      `json:"group_id"`
	ID       string      `json:"id"`
	At       graph.Clock `json:"timestamp"`
	Type     string      `json:"type"`
	Context  struct {
		ID string `json:"id"`
	} `json:"context"`
	said
	Reaction struct {
		Message string `json:"message_id"`
		Emoji   string `json:"emoji"`
	} `json:"reaction"`
	Edit struct {
		Original string `json:"original_message_id"`
		Message  struct {
			Type string `json:"type"`
			said
		} `json:"message"`
	} `json:"edit"`
	Revoke struct {
		Original string `json:"original_message_id"`
	} `json:"revoke"`
	Errors []trouble `json:"errors"`
}

// said is what a message says, in the part of its type.
type said struct {
	Text struct {
		Body string `json:"body"`
	} `json:"text"`
	Image       file        `json:"image"`
	Video       file        `json:"video"`
	Audio       file        `json:"audio"`
	Document    file        `json:"document"`
	Sticker     file        `json:"sticker"`
	Location    location    `json:"location"`
	Contacts    []card      `json:"contacts"`
	Interactive interactive `json:"interactive"`
	Button      struct {
		Text string `json:"text"`
	} `json:"button"`
	Order  order `json:"order"`
	System struct {
		Body string `json:"body"`
	} `json:"system"`
}

type file struct {
	ID      graph.Ident `json:"id"`
	Caption string      `json:"caption"`
	Name    string      `json:"filename"`
}

type location struct {
	Latitude  json.Number `json:"latitude"`
	Longitude json.Number `json:"longitude"`
	Name      string      `json:"name"`
	Address   string      `json:"address"`
}

type card struct {
	Name struct {
		Formatted string `json:"formatted_name"`
	} `json:"name"`
	Phones []struct {
		Phone string `json:"phone"`
	} `json:"phones"`
	Emails []struct {
		Email string `json:"email"`
	} `json:"emails"`
}

type interactive struct {
	Button choice `json:"button_reply"`
	List   choice `json:"list_reply"`
	Form   struct {
		Body string `json:"body"`
	} `json:"nfm_reply"`
}

type choice struct {
	Title       string `json:"title"`
	Description string `json:"description"`
}

type order struct {
	Text     string `json:"text"`
	Products []struct {
		ID       graph.Ident `json:"product_retailer_id"`
		Quantity json.Number `json:"quantity"`
		Price    json.Number `json:"item_price"`
		Currency string      `json:"currency"`
	} `json:"product_items"`
}

// fact says what a message means; ok is false for what is of no interest.
func (m told) fact(with person) (f fact, ok bool) {
	f = fact{What: "message", ID: m.ID, From: with, Group: m.Group, Parent: m.Context.ID, Made: m.At.When().UnixMilli()}
	switch m.Type {
	case "reaction":
		f.What, f.Parent, f.Text, f.Off = "reaction", m.Reaction.Message, m.Reaction.Emoji, m.Reaction.Emoji == ""
		return f, true
	case "edit":
		f.What, f.ID, f.Version = "edited", m.Edit.Original, m.ID
		f.Text, f.Files = m.Edit.Message.content(m.Edit.Message.Type)
		return f, true
	case "revoke":
		f.What, f.ID, f.Parent = "unsent", m.Revoke.Original, ""
		return f, true
	}
	f.Text, f.Files = m.content(m.Type)
	if f.Text == "" && len(f.Files) == 0 { // unsupported, or of a type that did not exist when this was written
		f.Partial = true
		if len(m.Errors) > 0 {
			f.Text = m.Errors[0].Title
		}
		f.Text = "[" + cmp.Or(f.Text, m.Type, "?") + "]"
	}
	return f, true
}

// content gives the words of a message, and what is beside them.
func (s said) content(kind string) (text string, files []attachment) {
	switch kind {
	case "text":
		return s.Text.Body, nil
	case "image":
		return s.Image.as(kind)
	case "video":
		return s.Video.as(kind)
	case "audio":
		return s.Audio.as(kind)
	case "document":
		return s.Document.as("other")
	case "sticker":
		return s.Sticker.as(kind)
	case "location":
		return s.Location.as()
	case "contacts":
		return cards(s.Contacts), nil
	case "interactive":
		i := s.Interactive
		return lines(i.Button.Title, i.List.Title, i.List.Description, i.Form.Body), nil
	case "button":
		return s.Button.Text, nil
	case "order":
		return s.Order.text(), nil
	case "system":
		return s.System.Body, nil
	}
	return "", nil
}

func (f file) as(kind string) (string, []attachment) {
	return f.Caption, []attachment{{Type: kind, File: string(f.ID), Alt: f.Name}}
}

func (l location) as() (string, []attachment) {
	lat, err := l.Latitude.Float64()
	lon, err2 := l.Longitude.Float64()
	if err != nil || err2 != nil {
		return lines(l.Name, l.Address), nil
	}
	at := func(f float64) string { return strconv.FormatFloat(f, 'f', 6, 64) }
	return lines(l.Name, l.Address, at(lat)+", "+at(lon)),
		[]attachment{{Type: "link", URL: "https://www.openstreetmap.org/?mlat=" + at(lat) + "&mlon=" + at(lon), Alt: cmp.Or(l.Name, l.Address)}}
}

func cards(all []card) string {
	var out []string
	for _, c := range all[:min(len(all), filesMost)] {
		one := []string{c.Name.Formatted}
		for _, p := range c.Phones {
			one = append(one, p.Phone)
		}
		for _, e := range c.Emails {
			one = append(one, e.Email)
		}
		out = append(out, strings.Join(one, " · "))
	}
	return lines(out...)
}

func (o order) text() string {
	out := []string{o.Text}
	for _, p := range o.Products[:min(len(o.Products), 100)] {
		out = append(out, fmt.Sprintf("%s × %s (%s %s)", p.Quantity, p.ID, p.Price, p.Currency))
	}
	return lines(out...)
}

// lines puts what there is below one another.
func lines(all ...string) string {
	var some []string
	for _, s := range all {
		if s = strings.TrimSpace(s); s != "" {
			some = append(some, s)
		}
	}
	return strings.Join(some, "\n")
}
