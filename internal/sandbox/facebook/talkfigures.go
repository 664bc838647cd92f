package facebook

import (
	"slices"
	"strconv"
	"time"
)

// talkMetric says whether a metric is one of the Page's conversations.
func talkMetric(metric string) bool {
	return slices.Contains([]string{"page_messages_new_conversations_unique", "page_messages_total_messaging_connections",
		"page_messages_blocked_conversations_unique", "page_messages_reported_conversations_unique"}, metric)
}

// talked is a figure of the conversations of a span, as the guide of Messenger writes one: numbers and moments are texts. A
// conversation counts from the day on which the person says something, not from the Page's private reply.
func (p *page) talked(metric string, from, to time.Time) any {
	n := 0
	within := func(t time.Time) bool { return !t.IsZero() && !t.Before(from) && t.Before(to) }
	for _, t := range p.threads {
		var first time.Time
		for _, m := range t.messages {
			if !m.from.page {
				first = m.created
				break
			}
		}
		switch metric {
		case "page_messages_new_conversations_unique":
			if within(first) {
				n++
			}
		case "page_messages_total_messaging_connections":
			if !first.IsZero() && first.Before(to) && (!t.shut || !t.shutAt.Before(to)) {
				n++
			}
		case "page_messages_blocked_conversations_unique":
			if t.shut && within(t.shutAt) {
				n++
			}
		}
	}
	return map[string]any{"value": strconv.Itoa(n), "end_time": strconv.FormatInt(to.Unix(), 10)}
}
