package whatsapp

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/text"
)

// hole is what is to be filled in: {{1}} or {{first_name}}.
var hole = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_]{1,64})\s*\}\}`) //nolint:gochecknoglobals // compiled once

// templatesMost bounds a list; nobody chooses from more.
const (
	templatesMost = 400
	pagesMost     = 10
)

type templateOf struct {
	Name       string        `json:"name"`
	Language   languageOf    `json:"language"`
	Components []componentOf `json:"components,omitempty"`
}

type languageOf struct {
	Policy string `json:"policy"`
	Code   string `json:"code"`
}

type componentOf struct {
	Type       string        `json:"type"`
	Parameters []parameterOf `json:"parameters"`
}

type parameterOf struct {
	Type string `json:"type"`
	Name string `json:"parameter_name,omitempty"`
	Text string `json:"text"`
}

// listed is a template as WhatsApp lists it.
type listed struct {
	Name       string `json:"name"`
	Language   string `json:"language"`
	Status     string `json:"status"`
	Reason     string `json:"rejected_reason"`
	Category   string `json:"category"`
	Format     string `json:"parameter_format"`
	Components []struct {
		Type    string `json:"type"`
		Format  string `json:"format"`
		Text    string `json:"text"`
		Buttons []struct {
			Type string `json:"type"`
			URL  string `json:"url"`
			Text string `json:"text"`
		} `json:"buttons"`
	} `json:"components"`
}

// reviewed is a template that can be sent from here: its holes take words alone.
type reviewed struct {
	network.Template
	named        bool
	header, body []string // their holes
}

// Templates gives the templates that words alone complete. One that wants a file, a
// place or a code is left out: it could not be sent whole from here.
func (d *Driver) Templates(ctx context.Context, conn network.Conn) ([]network.Template, error) {
	s, err := d.open(conn)
	if err != nil {
		return nil, err
	}
	found, err := s.templates(ctx, "")
	all := make([]network.Template, len(found))
	for i, t := range found {
		all[i] = t.Template
	}
	return all, err
}

func (s *session) templates(ctx context.Context, name string) ([]reviewed, error) {
	query := url.Values{"limit": {"100"}, "fields": {"name,language,status,rejected_reason,category,parameter_format,components"}}
	if name != "" {
		query.Set("name", name)
	}
	var all []reviewed
	ready := 0
	_, err := s.graph.Walk(ctx, s.call, s.keys.Account+"/message_templates", query, pagesMost, func(items []json.RawMessage) bool {
		for _, item := range items {
			var l listed
			if json.Unmarshal(item, &l) != nil {
				continue
			}
			t, ok := l.reviewed()
			switch {
			case ok && t.Why == "":
				ready++
				all = append(all, t)
			case ok && len(all)-ready < templatesMost: // those that may be sent are not crowded out
				all = append(all, t)
			}
		}
		return ready >= templatesMost
	})
	slices.SortFunc(all, func(a, b reviewed) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Language, b.Language))
	})
	return all, err
}

// reviewed says what a listed template is to us; ok is false when it cannot be
// sent from here.
func (l listed) reviewed() (t reviewed, ok bool) {
	if !graph.Object.MatchString(l.Name) || !graph.Object.MatchString(l.Language) || strings.EqualFold(l.Category, "AUTHENTICATION") {
		return t, false
	}
	t.Template = network.Template{ID: l.Name + "/" + l.Language, Name: l.Name, Language: l.Language, Category: strings.ToLower(graph.Clip(l.Category, 64))}
	if l.Status != "APPROVED" {
		if t.Why, t.Fix = unready(l.Status, l.Reason); t.Why == "" {
			t.Why, t.Fix = "WhatsApp does not let anybody send this template now.", another
		}
	}
	t.named = strings.EqualFold(l.Format, "NAMED")
	var parts []string
	for _, c := range l.Components {
		words := graph.Clip(c.Text, 4096)
		switch strings.ToUpper(c.Type) {
		case "HEADER":
			if !strings.EqualFold(c.Format, "TEXT") {
				return t, false
			}
			t.header = holes(words)
		case "BODY":
			t.body = holes(words)
		case "FOOTER":
		case "BUTTONS":
			for _, b := range c.Buttons {
				if !slices.Contains([]string{"QUICK_REPLY", "URL", "PHONE_NUMBER"}, strings.ToUpper(b.Type)) || len(holes(b.URL)) > 0 {
					return t, false
				}
				parts = append(parts, "["+graph.Clip(b.Text, 128)+"]")
			}
			continue
		default:
			return t, false
		}
		parts = append(parts, words)
	}
	t.Text = strings.Join(parts, "\n")
	if !t.named {
		t.renumber(l)
	} else {
		t.Holes = append(slices.Clone(t.header), t.body...)
	}
	return t, !text.Blank(t.Text)
}

// renumber keeps the holes of header and body apart, which both begin at 1.
func (t *reviewed) renumber(l listed) {
	if len(t.header) == 0 {
		t.Holes = slices.Clone(t.body)
		return
	}
	for _, c := range l.Components {
		if strings.EqualFold(c.Type, "HEADER") {
			t.Text = strings.Replace(t.Text, c.Text, hole.ReplaceAllString(c.Text, "{{header_$1}}"), 1)
		}
	}
	for _, h := range t.header {
		t.Holes = append(t.Holes, "header_"+h)
	}
	t.Holes = append(t.Holes, t.body...)
}

func holes(s string) []string {
	var all []string
	for _, m := range hole.FindAllStringSubmatch(s, -1) {
		if !slices.Contains(all, m[1]) {
			all = append(all, m[1])
		}
	}
	return all
}

// fill makes a template message. The template is asked for again: whether it is
// still approved, and what its holes are, the network knows.
func (s *session) fill(ctx context.Context, m *envelope, filled network.Filled) error {
	name, language, _ := strings.Cut(filled.ID, "/")
	if !graph.Object.MatchString(name) || !graph.Object.MatchString(language) {
		return gone()
	}
	found, err := s.templates(ctx, name)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(found, func(t reviewed) bool { return t.ID == filled.ID })
	if i < 0 {
		return gone()
	}
	t := found[i]
	if t.Why != "" {
		return fault.New(fault.Invalid, "%s", t.Why).WithHint("%s", t.Fix).On("template")
	}
	_, values, err := t.Say(filled.Values)
	if err != nil {
		return err
	}
	m.Type, m.Template = "template", &templateOf{Name: name, Language: languageOf{"deterministic", language}}
	for _, c := range []struct {
		kind, prefix string
		holes        []string
	}{{"header", "header_", t.header}, {"body", "", t.body}} {
		if len(c.holes) == 0 {
			continue
		}
		out := componentOf{Type: c.kind}
		for _, h := range c.holes {
			p := parameterOf{Type: "text"}
			key := h
			if t.named {
				p.Name = h
			} else {
				key = c.prefix + h
			}
			p.Text = values[key]
			out.Parameters = append(out.Parameters, p)
		}
		m.Template.Components = append(m.Template.Components, out)
	}
	return nil
}

func gone() error {
	return fault.New(fault.Invalid, "This template is not among the approved ones any more.").WithHint("Choose another template.").On("template")
}
