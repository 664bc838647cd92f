package whatsapp

import (
	"fmt"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// How long people are told of what Meta gives no end: a warning, and what stops something
// for the whole account, of which the end may be told while nobody hears it.
const (
	toldFor   = 7 * 24 * time.Hour
	barredFor = 30 * 24 * time.Hour
)

const (
	another = "Choose another template."
	manager = "Look at the notices in WhatsApp Manager."
)

// said is what a notice of Meta's means for an account.
func (n notice) said(at time.Time) network.Notice {
	until := at.Add(toldFor)
	warned := func(text, fix string) network.Notice {
		return network.Notice{Level: network.Warned, Text: text, Fix: fix, Until: until}
	}
	barred := func(text, fix string) network.Notice {
		return network.Notice{Level: network.Barred, Text: text, Fix: fix, Until: at.Add(barredFor)}
	}
	var m network.Notice
	id := n.Name + "/" + n.Language
	switch n.Field {
	case "message_template_status_update":
		m.Subject = "template " + id
		if why, fix := unready(n.Event, n.Reason); why != "" && shouts(n.Event) {
			m = barred(why, fix)
			m.Subject, m.Until = "template "+id, until
		} else if n.Event == "FLAGGED" {
			m = warned("People complain about this template: WhatsApp may take it out of use.", "Send it to fewer people, or change it in WhatsApp Manager.")
			m.Subject = "template " + id
		}
		if n.Words != "" && m.Level != network.AllWell {
			m.Text += " " + fmt.Sprintf("WhatsApp says: “%s”", n.Words)
		}
	case "message_template_quality_update":
		if n.Event == "RED" {
			m = warned("People block or report this number because of this template: its quality is low, and WhatsApp may pause it.", "Send it to fewer people, or change it in WhatsApp Manager.")
		}
		m.Subject = "quality " + id
	case "template_category_update":
		m = warned(fmt.Sprintf("WhatsApp counts this template as %s now, which may change what it costs.", strings.ToLower(n.Event)), "Look at its category in WhatsApp Manager.")
		m.Subject = "category " + id
	case "business_capability_update", "phone_number_quality_update":
		if n.Most != 0 {
			m.Limit = &network.QuotaUse{Name: network.People, Used: -1, Max: n.Most}
		}
	case "phone_number_name_update":
		if n.Event == "REJECTED" {
			m = warned(fmt.Sprintf("WhatsApp has refused the name “%s” of this number.", n.Name), "Choose another name in WhatsApp Manager.")
		}
		m.Subject = "name"
	case "account_review_update":
		if n.Event == "REJECTED" {
			m = barred("WhatsApp has refused this business account after a review.", manager)
		}
		m.Subject = "review"
	case "account_alerts":
		if n.Reason == "CRITICAL" || n.Reason == "WARNING" {
			m = warned(fmt.Sprintf("WhatsApp says: “%s”", n.Words), manager)
		}
		m.Subject = "alert " + n.Event
	case "account_update":
		return n.update(warned, barred)
	}
	return n.template(m)
}

// template adds of which template a notice is.
func (n notice) template(m network.Notice) network.Notice {
	if n.Language != "" {
		m.Template, m.TemplateID = n.Name, n.Name+"/"+n.Language
	}
	return m
}

// update says what happened to a business account as a whole. Much of it concerns
// partners and prices, and changes nothing here.
func (n notice) update(warned, barred func(text, fix string) network.Notice) (m network.Notice) {
	switch n.Event {
	case "ACCOUNT_RESTRICTION":
		switch n.Reason {
		case "RESTRICTED_BIZ_INITIATED_MESSAGING":
			m = barred("WhatsApp lets this account begin no conversations: templates are refused when the time to write freely is over.", manager)
		case "RESTRICTED_CUSTOMER_INITIATED_MESSAGING":
			m = barred("WhatsApp lets this account answer nobody.", manager)
		case "RESTRICTED_UTILITY_TEMPLATES":
			m = warned("WhatsApp lets this account make no utility templates.", manager)
		case "RESTRICTED_ADD_PHONE_NUMBER_ACTION":
			m = warned("WhatsApp lets this account add no phone numbers.", manager)
		}
		m.Subject = "restriction " + n.Reason
		if n.Until != 0 {
			m.Ends = graph.Millis(n.Until)
			m.Until = m.Ends
		}
	case "ACCOUNT_VIOLATION":
		m = warned(fmt.Sprintf("WhatsApp says that this account broke its rules (%s).", n.Reason), manager)
		m.Subject = "violation"
	case "DISABLED_UPDATE":
		switch n.Reason {
		case "DISABLE":
			m = barred("WhatsApp has disabled this business account.", manager)
		case "SCHEDULE_FOR_DISABLE":
			m = warned("WhatsApp is about to disable this business account.", manager)
		}
		m.Subject = "ban"
	case "ACCOUNT_DELETED":
		m = barred("This business account was deleted at WhatsApp.", "Connect another number.")
		m.Subject = "deleted"
	case "ACCOUNT_OFFBOARDED":
		m = barred("WhatsApp has taken this account off the platform, because its phone was changed or registered anew.", "Connect the number again.")
		m.Subject = "platform"
	case "ACCOUNT_RECONNECTED":
		m.Subject = "platform"
	case "PARTNER_REMOVED", "PARTNER_APP_UNINSTALLED":
		m = warned("Somebody has taken this business account away from our app.", "Connect the number again.")
		m.Subject = "partner"
	case "PARTNER_ADDED", "PARTNER_APP_INSTALLED":
		m.Subject = "partner"
	}
	return m
}

// unready says why a template cannot be sent, by its status and what Meta says of it; ""
// for one that can, and for one that will be when Meta has read it.
func unready(status, reason string) (why, fix string) {
	switch status {
	case "REJECTED":
		switch reason {
		case "ABUSIVE_CONTENT":
			return "WhatsApp has refused this template: it finds its words abusive.", another
		case "INVALID_FORMAT":
			return "WhatsApp has refused this template: it is not made as it should be.", "Change it in WhatsApp Manager, or choose another template."
		case "INCORRECT_CATEGORY", "TAG_CONTENT_MISMATCH":
			return "WhatsApp has refused this template: its category or its language does not fit its words.", "Change it in WhatsApp Manager, or choose another template."
		case "CATEGORY_NOT_AVAILABLE":
			return "WhatsApp has refused this template: this account may not use its category.", another
		case "PROMOTIONAL":
			return "WhatsApp has refused this template: it advertises something.", "Make it a marketing template in WhatsApp Manager, or choose another template."
		case "SCAM":
			return "WhatsApp has refused this template: it takes it for a fraud.", another
		}
		return "WhatsApp has refused this template.", "Change it in WhatsApp Manager, or choose another template."
	case "PAUSED":
		return "WhatsApp has paused this template because people complained about it.", another
	case "DISABLED":
		return "WhatsApp has taken this template out of use.", another
	case "ARCHIVED":
		return "WhatsApp has archived this template because it was not used.", "Take it out of the archive in WhatsApp Manager, or choose another template."
	case "PENDING", "IN_APPEAL":
		return "WhatsApp has not approved this template yet.", "Wait, or choose another template."
	case "LIMIT_EXCEEDED":
		return "This account has more templates than WhatsApp allows.", "Delete some in WhatsApp Manager."
	case "PENDING_DELETION", "DELETED":
		return "This template was deleted.", another
	}
	return "", ""
}

// shouts says whether a status is something that nobody here chose, so that people are
// to be told.
func shouts(status string) bool {
	return status == "REJECTED" || status == "PAUSED" || status == "DISABLED" || status == "ARCHIVED" || status == "LIMIT_EXCEEDED"
}
