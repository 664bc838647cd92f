package facebook

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// figures are those of a Page for a day, under their common names. Those that Graph
// does not answer any more (impressions, fans, engaged users) are not among them.
func figures() []graph.Metric {
	return []graph.Metric{
		{Name: "page_media_view", Count: network.Views},
		{Name: "page_total_media_view_unique", Count: network.Reach},
		{Name: "page_post_engagements", Count: network.Engagement},
		{Name: "page_views_total", Count: network.Visits},
		{Name: "page_daily_follows_unique", Count: network.Follows},
		{Name: "page_daily_unfollows_unique", Count: network.Unfollows},
		{Name: "page_follows", Count: network.Followers},
		{Name: "page_actions_post_reactions_total", Count: network.Likes},
	}
}

// Insights gives the figures of the Page for one day of Facebook's.
func (d *Driver) Insights(ctx context.Context, conn network.Conn, day time.Time) (network.Counts, error) {
	return d.graph.Figures(ctx, d.as(conn), conn.Account, figures(), day)
}
