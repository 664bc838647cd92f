package whatsapp

import (
	"net/http"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/sandbox/graph"
)

// What may be forbidden to a business account for a while.
const (
	NoBeginning = "RESTRICTED_BIZ_INITIATED_MESSAGING"      // to write first
	NoAnswering = "RESTRICTED_CUSTOMER_INITIATED_MESSAGING" // to answer whoever wrote
)

// Review gives templates of a name a status, as Meta does when it has read them or people complain; reason as Meta writes it.
func (n *Network) Review(account, name, status, reason string) {
	n.mu.Lock()
	of := n.accounts[account]
	for _, t := range of.templates {
		if t.name == name {
			n.judge(of, t, status, reason)
		}
	}
	n.mu.Unlock()
	n.courier.Wake()
}

func (n *Network) judge(of *account, t *pattern, status, reason string) {
	switch status {
	case "FLAGGED": // it may still be sent
	case "REINSTATED", "UNARCHIVED":
		t.status, t.reason = "APPROVED", reason
	default:
		t.status, t.reason = status, reason
	}
	id, _ := strconv.ParseInt(t.id, 10, 64)
	value := map[string]any{"event": status, "message_template_id": id, "message_template_name": t.name, "message_template_language": t.language,
		"reason": reason, "message_template_category": t.category}
	switch status {
	case "PAUSED":
		value["other_info"] = map[string]any{"title": "FIRST_PAUSE", "description": "Your WhatsApp message template has been paused for 3 hours until " + n.stage.Clock.Now().Add(3*time.Hour).UTC().Format("Jan 2 at 3:04 PM UTC") + "."}
	case "DISABLED":
		value["disable_info"] = map[string]any{"disable_date": n.stage.Clock.Now().Unix()}
	case "REJECTED":
		if reason == "INVALID_FORMAT" {
			value["rejection_info"] = map[string]any{"reason": "Variables are next to each other.", "recommendation": "Put words between them."}
		}
	case "PENDING_DELETION":
		value["reason"] = nil
	}
	n.tellOf(of, "message_template_status_update", value)
}

// Score gives templates of a name a quality: GREEN, YELLOW, RED.
func (n *Network) Score(account, name, score string) {
	n.mu.Lock()
	of := n.accounts[account]
	for _, t := range of.templates {
		if t.name == name {
			id, _ := strconv.ParseInt(t.id, 10, 64)
			before := t.score
			if before == "" {
				before = "UNKNOWN"
			}
			t.score = score
			n.tellOf(of, "message_template_quality_update", map[string]any{"previous_quality_score": before, "new_quality_score": score,
				"message_template_id": id, "message_template_name": t.name, "message_template_language": t.language})
		}
	}
	n.mu.Unlock()
	n.courier.Wake()
}

// Decline lets the quality of a number fall, and its portfolio write first to fewer people in a day. Of the quality itself nothing is told:
// the documentation of 2026 names no event for it.
func (n *Network) Decline(id, quality string, most int) {
	n.mu.Lock()
	x := n.numbers[id]
	x.quality, x.of.portfolio.most = quality, most
	n.tellLimit(x.of.portfolio)
	n.mu.Unlock()
	n.courier.Wake()
}

// tellLimit tells every business account of a portfolio to how many people it may write first.
func (n *Network) tellLimit(p *portfolio) {
	told := map[*account]bool{}
	for _, x := range n.order {
		if of := x.of; of.portfolio == p && !told[of] {
			told[of] = true
			n.tellOf(of, "business_capability_update", map[string]any{"max_daily_conversations_per_business": p.most, "max_phone_numbers_per_waba": 25})
		}
	}
}

// Restrict forbids a business account something until a moment.
func (n *Network) Restrict(account, what string, until time.Time) {
	n.mu.Lock()
	of := n.accounts[account]
	if of.restricted == nil {
		of.restricted = map[string]time.Time{}
	}
	of.restricted[what] = until
	n.tellOf(of, "account_update", map[string]any{"event": "ACCOUNT_RESTRICTION", "restriction_info": []any{map[string]any{"restriction_type": what, "expiration": until.Unix()}}})
	n.mu.Unlock()
	n.courier.Wake()
}

// Disable takes a business account out of use, or lets it back.
func (n *Network) Disable(account string, disabled bool) {
	n.mu.Lock()
	of := n.accounts[account]
	of.disabled = disabled
	state := map[bool]string{true: "DISABLE", false: "REINSTATE"}[disabled]
	n.tellOf(of, "account_update", map[string]any{"event": "DISABLED_UPDATE", "ban_info": map[string]any{"waba_ban_state": state, "waba_ban_date": n.stage.Clock.Now().UTC().Format("January 2, 2006")}})
	n.mu.Unlock()
	n.courier.Wake()
}

// forbidden refuses what a business account may not send now: first to somebody, or in answer.
func (a *ask) forbidden(of *account, first bool) *graph.Fault {
	what := NoAnswering
	if first {
		what = NoBeginning
	}
	switch {
	case of.disabled:
		return graph.No(http.StatusForbidden, 131031, 0, "(#131031) Business Account locked")
	case a.now.Before(of.restricted[what]):
		return graph.No(http.StatusForbidden, 368, 0, "(#368) Temporarily blocked for policies violations")
	}
	return nil
}
