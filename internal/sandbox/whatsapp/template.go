package whatsapp

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/sandbox/graph"
)

var hole = regexp.MustCompile(`\{\{([a-z0-9_]+)\}\}`)

// holes are the names of what is to be filled in, in their order.
func holes(text string) []string {
	var all []string
	for _, m := range hole.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(all, m[1]) {
			all = append(all, m[1])
		}
	}
	return all
}

func (a *ask) listTemplates(of *account) (any, *graph.Fault) {
	w, f := graph.Cut(a.p.Get, 25)
	if f != nil {
		return nil, f
	}
	var kept []*pattern
	for _, t := range of.templates {
		if (a.p.Get("status") == "" || a.p.Get("status") == t.status) && (a.p.Get("name") == "" || a.p.Get("name") == t.name) {
			kept = append(kept, t)
		}
	}
	return graph.Part(w, kept, func(t *pattern) string { return t.id }, func(t *pattern) (any, *graph.Fault) {
		return graph.Node("WhatsAppMessageTemplate", a.fields, graph.Names("name", "components", "language", "status", "category", "id", "parameter_format", "rejected_reason"), t.field)
	}, graph.Links(a.base+"/v25.0", a.token.Value, a.id+"/message_templates", a.p.Values))
}

func (t *pattern) field(f graph.Field) (any, bool, bool, *graph.Fault) {
	switch f.Name {
	case "id":
		return t.id, true, true, nil
	case "name":
		return t.name, true, true, nil
	case "language":
		return t.language, true, true, nil
	case "status":
		return t.status, true, true, nil
	case "rejected_reason":
		if t.reason == "" {
			return "NONE", true, true, nil
		}
		return t.reason, true, true, nil
	case "category":
		return t.category, true, true, nil
	case "parameter_format":
		return map[bool]string{true: "NAMED", false: "POSITIONAL"}[t.named], true, true, nil
	case "components":
		return t.components(), true, true, nil
	}
	return nil, false, false, nil
}

func (t *pattern) components() []any {
	var all []any
	if t.header != "" {
		all = append(all, map[string]any{"type": "HEADER", "format": "TEXT", "text": t.header})
	}
	if t.media != "" {
		all = append(all, map[string]any{"type": "HEADER", "format": t.media})
	}
	all = append(all, map[string]any{"type": "BODY", "text": t.body})
	if t.footer != "" {
		all = append(all, map[string]any{"type": "FOOTER", "text": t.footer})
	}
	return all
}

// AddTemplate lets a business account have a template more; status as Meta writes it.
func (n *Network) AddTemplate(account, name, language, category, status, body string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	of := n.accounts[account]
	of.templates = append(of.templates, &pattern{id: n.number(), name: name, language: language, category: category, status: status, body: body})
}

// Pause takes a template out of use, as Meta does when people complain.
func (n *Network) Pause(account, name string) { n.Review(account, name, "PAUSED", "NONE") }

// fill makes the text of a template message, and refuses what does not fit.
func (a *ask) fill(of *account, said map[string]any) (string, *graph.Fault) {
	name, _ := said["name"].(string)
	language, _ := said["language"].(map[string]any)
	code, _ := language["code"].(string)
	i := slices.IndexFunc(of.templates, func(t *pattern) bool { return t.name == name && t.language == code })
	if i < 0 {
		return "", graph.No(http.StatusNotFound, 132001, 0, "(#132001) Template name does not exist in the translation")
	}
	t := of.templates[i]
	switch t.status {
	case "APPROVED":
	case "PAUSED":
		return "", graph.No(http.StatusBadRequest, 132015, 0, "(#132015) Template is Paused")
	case "DISABLED":
		return "", graph.No(http.StatusBadRequest, 132016, 0, "(#132016) Template is Disabled")
	default:
		return "", graph.No(http.StatusNotFound, 132001, 0, "(#132001) Template name does not exist in the translation")
	}
	given := map[string]map[string]any{}
	list, _ := said["components"].([]any)
	for _, one := range list {
		c, _ := one.(map[string]any)
		kind, _ := c["type"].(string)
		given[strings.ToLower(kind)] = c
	}
	var parts []string
	for _, piece := range []struct{ kind, text string }{{"header", t.header}, {"body", t.body}} {
		text, f := t.put(piece.text, given[piece.kind])
		if f != nil {
			return "", f
		}
		if text != "" {
			parts = append(parts, text)
		}
	}
	if t.media != "" && given["header"] == nil {
		return "", graph.No(http.StatusBadRequest, 132012, 0, "(#132012) Parameter format does not match format in the created template")
	}
	return strings.Join(append(parts, t.footer), "\n"), nil
}

// put fills the holes of one component.
func (t *pattern) put(text string, c map[string]any) (string, *graph.Fault) {
	wrong := graph.No(http.StatusBadRequest, 132000, 0, "(#132000) Number of parameters does not match the expected number of params")
	names := holes(text)
	params, _ := c["parameters"].([]any)
	if t.media != "" && len(names) == 0 {
		return text, nil
	}
	if len(params) != len(names) {
		return "", wrong
	}
	for i, one := range params {
		p, _ := one.(map[string]any)
		value, _ := p["text"].(string)
		name := strconv.Itoa(i + 1)
		if t.named {
			name, _ = p["parameter_name"].(string)
		}
		if !slices.Contains(names, name) || value == "" || strings.ContainsAny(value, "\n\t") || strings.Contains(value, "     ") {
			return "", graph.No(http.StatusBadRequest, 132012, 0, "(#132012) Parameter format does not match format in the created template")
		}
		text = strings.ReplaceAll(text, "{{"+name+"}}", value)
	}
	return text, nil
}
