package whatsapp

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/network/graph"
)

// account are the fields by which Meta tells of a business account and of no number.
func account() []string {
	return []string{
		"account_alerts", "account_review_update", "account_update", "business_capability_update", "message_template_components_update",
		"message_template_quality_update", "message_template_status_update", "phone_number_name_update", "phone_number_quality_update", "template_category_update",
	}
}

// changed is what is told of a business account; of it the part of its field is there.
type changed struct {
	Event     string `json:"event"`
	Name      string `json:"message_template_name"`
	Language  string `json:"message_template_language"`
	Reason    string `json:"reason"`
	Rejection struct {
		Reason string `json:"reason"`
	} `json:"rejection_info"`
	Quality   string          `json:"new_quality_score"`
	Category  string          `json:"new_category"`
	Number    graph.Ident     `json:"display_phone_number"`
	Tier      json.RawMessage `json:"current_limit"`
	Most      json.RawMessage `json:"max_daily_conversations_per_business"`
	Once      json.RawMessage `json:"max_daily_conversation_per_phone"` // until February 2026
	Decision  string          `json:"decision"`
	Wanted    string          `json:"requested_verified_name"`
	Violation struct {
		Type string `json:"violation_type"`
	} `json:"violation_info"`
	Restrictions []struct {
		Type  string      `json:"restriction_type"`
		Until graph.Clock `json:"expiration"`
	} `json:"restriction_info"`
	Ban struct {
		State json.RawMessage `json:"waba_ban_state"`
	} `json:"ban_info"`
	Of struct {
		Account graph.Ident `json:"waba_id"`
	} `json:"waba_info"`
	Entity string      `json:"entity_type"`
	About  graph.Ident `json:"entity_id"`
	Alert  struct {
		Severity string `json:"alert_severity"`
		Status   string `json:"alert_status"`
		Type     string `json:"alert_type"`
		Text     string `json:"alert_description"`
	} `json:"alert_info"`
}

// notice is something told of an account, as the driver keeps it.
type notice struct {
	Field    string `json:"field"`
	Event    string `json:"event,omitempty"`
	Name     string `json:"name,omitempty"` // of a template, or of the number
	Language string `json:"language,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Words    string `json:"words,omitempty"`  // Meta's own
	Number   string `json:"number,omitempty"` // digits: it is of this one alone
	ID       string `json:"id,omitempty"`     // the same, by its id
	Most     int    `json:"most,omitempty"`   // people to write first to in a day; below 0: no limit; 0: not told
	Until    int64  `json:"until,omitempty"`  // milliseconds
}

// facts says what a change of a business account means, and of which: those that are told
// to partners name another than the entry does.
func (c changed) facts(field, of string, made int64) (all []fact) {
	n := notice{Field: field, Event: c.Event, Name: c.Name, Language: strings.ReplaceAll(c.Language, "-", "_"), Reason: c.Reason, Number: digitsOf(string(c.Number))}
	switch field {
	case "message_template_status_update":
		n.Words = c.Rejection.Reason
	case "message_template_quality_update":
		n.Event = c.Quality
	case "template_category_update":
		n.Event = c.Category
	case "phone_number_quality_update":
		if c.Event != "THROUGHPUT_UPGRADE" && c.Event != "ONBOARDING" { // there it says how many messages a second
			n.Most = most(c.Most, c.Tier)
		}
	case "business_capability_update":
		n.Event, n.Most = "LIMIT", most(c.Most, c.Once)
	case "phone_number_name_update":
		n.Event, n.Name = c.Decision, c.Wanted
	case "account_review_update":
		n.Event = c.Decision
	case "account_alerts":
		n.Event, n.Reason, n.Words = c.Alert.Type, c.Alert.Severity, c.Alert.Text
		if c.Alert.Status == "NONE" {
			n.Reason = "NONE"
		}
		if c.Entity == "PHONE_NUMBER" {
			n.ID = string(c.About)
		}
	case "account_update":
		if id := string(c.Of.Account); id != "" && strings.HasPrefix(c.Event, "PARTNER_") {
			of = id
		}
		switch c.Event {
		case "ACCOUNT_RESTRICTION":
			for _, r := range c.Restrictions[:min(len(c.Restrictions), 20)] {
				one := n
				one.Reason, one.Until = r.Type, r.Until.When().UnixMilli()
				all = append(all, fact{What: "notice", ID: of, Made: made, Notice: &one})
			}
			return all
		case "ACCOUNT_VIOLATION":
			n.Reason = c.Violation.Type
		case "DISABLED_UPDATE":
			n.Reason = word(c.Ban.State)
		}
	case "message_template_components_update":
	default:
		return nil
	}
	return []fact{{What: "notice", ID: of, Made: made, Notice: &n}}
}

// most is a limit of people as it is written here or there: 2000, "2000", "TIER_2K", -1; 0
// where none is.
func most(written ...json.RawMessage) int {
	for _, w := range written {
		text := word(w)
		if text == "" {
			text = string(w)
		}
		if n, known := tier(text); known {
			return n
		}
		if n, err := strconv.Atoi(text); err == nil && n != 0 && n <= 1_000_000_000 {
			return max(n, -1)
		}
	}
	return 0
}

// word is a text, or the first of a list of them: some examples have one, some the other.
func word(data json.RawMessage) string {
	var one string
	var several []string
	if json.Unmarshal(data, &one) != nil && json.Unmarshal(data, &several) == nil && len(several) > 0 {
		return several[0]
	}
	return one
}

// digitsOf is a number without what makes it readable.
func digitsOf(number string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
}

// lean keeps of a notice what is safe and bounded; ok is false for what names nothing.
func (n notice) lean() (notice, bool) {
	n.Event, n.Reason = graph.Clip(n.Event, 64), graph.Clip(n.Reason, 64)
	n.Words, n.Name = graph.Clip(n.Words, 640), graph.Clip(n.Name, 512)
	if !digits.MatchString(n.Number) {
		n.Number = ""
	}
	if !graph.Object.MatchString(n.ID) {
		n.ID = ""
	}
	if graph.Millis(n.Until).IsZero() {
		n.Until = 0
	}
	if n.Event == "" && n.Field != "message_template_components_update" {
		return n, false
	}
	n.Most = min(max(n.Most, -1), 1_000_000_000)
	if strings.HasPrefix(n.Field, "message_template_") || n.Field == "template_category_update" {
		return n, graph.Object.MatchString(n.Name) && graph.Object.MatchString(n.Language)
	}
	n.Language = ""
	return n, slices.Contains(account(), n.Field)
}

// of says whether a notice concerns a number. Most are of all numbers of an account.
func (n notice) of(account, handle string) bool {
	return (n.ID == "" || n.ID == account) && (n.Number == "" || n.Number == digitsOf(handle))
}
