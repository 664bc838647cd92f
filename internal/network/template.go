package network

import (
	"regexp"
	"strings"

	"github.com/kithhq/kith/internal/fault"
)

// Template is a message that a network approves before it may be sent.
type Template struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Language string   `json:"language"`
	Category string   `json:"category"` // in the network's words; it decides the price
	Text     string   `json:"text"`     // with {{holes}}
	Holes    []string `json:"holes,omitempty"`
	// Why it cannot be sent now, a sentence, and what to do; "": it can.
	Why string `json:"why,omitempty"`
	Fix string `json:"fix,omitempty"`
}

// Filled is a template with what stands in its holes.
type Filled struct {
	ID       string            `json:"id"`
	Values   map[string]string `json:"values,omitempty"`
	Category string            `json:"category,omitempty"` // as the network said when it was sent
}

// holeMost is how long what stands in a hole may be.
const holeMost = 1024

var hole = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_]+)\s*\}\}`) //nolint:gochecknoglobals // compiled once

// Say gives what a template comes to. A hole takes one line: breaks and rows of
// blanks become one blank.
func (t Template) Say(values map[string]string) (string, map[string]string, error) {
	kept := map[string]string{}
	for _, h := range t.Holes {
		v := strings.Join(strings.Fields(values[h]), " ")
		if v == "" {
			return "", nil, fault.New(fault.Invalid, "Something is missing in the template.").WithHint("Fill in all of it.").On("values." + h)
		}
		if len(v) > holeMost {
			return "", nil, fault.New(fault.Invalid, "Something in the template is too long.").WithHint("Fill it in with a few words.").On("values." + h)
		}
		kept[h] = v
	}
	return hole.ReplaceAllStringFunc(t.Text, func(s string) string {
		if v, ok := kept[hole.FindStringSubmatch(s)[1]]; ok {
			return v
		}
		return s
	}), kept, nil
}
