package messenger

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// figures are those of a Page's conversations for a day. Those that Graph does not
// answer any more (active threads, open conversations, feedback) are not among them.
func figures() []graph.Metric {
	return []graph.Metric{
		{Name: "page_messages_new_conversations_unique", Count: "messenger:new_conversations"},
		{Name: "page_messages_total_messaging_connections", Count: "messenger:connections"},
		{Name: "page_messages_blocked_conversations_unique", Count: "messenger:blocked"},
		{Name: "page_messages_reported_conversations_unique", Count: "messenger:reported"},
	}
}

// Insights gives the figures of the Page's conversations for one day of Facebook's.
func (d *Driver) Insights(ctx context.Context, conn network.Conn, day time.Time) (network.Counts, error) {
	return d.graph.Figures(ctx, d.call(conn), conn.Account, figures(), day)
}
