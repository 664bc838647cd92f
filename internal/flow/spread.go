package flow

import (
	"github.com/kithhq/kith/internal/store"
)

// news is that something changed.
type news struct{ workspace, topic, id string }

// mostNews is how many news of a batch a screen is told one by one. Beyond that it
// would ask more often than it can show, so it hears that much has changed.
const mostNews = 32

// tell notes news once for a batch.
func (h *taking) tell(workspace, topic, id string) {
	if n := (news{workspace, topic, id}); !h.told[n] {
		h.told[n] = true
		h.news = append(h.news, n)
	}
}

// spread sends the news of a batch.
func (h *taking) spread(tx *store.Tx) {
	many := map[string]int{} // of each workspace
	for _, n := range h.news {
		many[n.workspace]++
	}
	for _, n := range h.news {
		if many[n.workspace] <= mostNews {
			h.House.tell(tx, n.workspace, n.topic, n.id)
		}
	}
	for workspace, n := range many {
		if n > mostNews {
			h.House.tell(tx, workspace, "all", "")
		}
	}
}
