package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/kithhq/kith/internal/access"
)

// News says that something changed; whoever shows it asks again.
type News struct {
	Topic string    `json:"topic" enum:"inbox,posts,channels,people,rules,today"`
	ID    string    `json:"id"`
	At    time.Time `json:"at"`
}

func (d *Door) news() {
	raw(d, route{id: "GET /news", name: "listenNews", verb: access.Read, summary: "News as they happen, as server-sent events",
		notes: "Each is “event: news” with a News object as data. News may be lost: ask again when the line comes back."},
		func(op *huma.Operation) { gives(op, 200, "text/event-stream", d.schema(typeOf[News]())) },
		soonRaw)
}
