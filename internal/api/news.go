package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/view"
)

// News says that something changed; whoever shows it asks again.
type News struct {
	Topic string    `json:"topic" enum:"inbox,posts,channels,people,rules,asides,today,all" doc:"all: news were lost, ask for everything that is shown."`
	ID    string    `json:"id"`
	At    time.Time `json:"at"`
}

// A silent line is held open, and who listens is asked for again, this often:
// who lost a right stops hearing soon.
const heartbeat = 20 * time.Second

func (d *Door) news() {
	raw(d, route{id: "GET /news", name: "listenNews", verb: access.Read, summary: "News as they happen, as server-sent events",
		notes: "Each is “event: news” with a News object as data. News may be lost: ask again when the line comes back."},
		func(op *huma.Operation) { gives(op, http.StatusOK, "text/event-stream", d.schema(typeOf[News]())) }, d.listen)
}

func (d *Door) listen(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	line := http.NewResponseController(w)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // a proxy must not collect news
	say := func(text string) bool {
		_ = line.SetWriteDeadline(time.Now().Add(10 * time.Second)) // where there is no deadline, none is needed
		_, err := w.Write([]byte(text))
		return err == nil && line.Flush() == nil
	}
	heard := d.House.News.Subscribe(by.Workspace)
	defer heard.Close()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	going := say("retry: 2000\n\n")
	for going {
		select {
		case <-r.Context().Done():
			return nil
		case <-d.ended:
			return nil
		case <-beat.C:
			now, err := d.who(r)
			if err != nil || now.Actor.Workspace != by.Workspace || !now.Actor.Can(access.Read) {
				return nil
			}
			by = now.Actor
			going = say(":\n\n")
		case item, ok := <-heard.C:
			if !ok {
				return nil
			}
			n := News{Topic: item.Topic, ID: item.ID, At: item.At}
			if item.Refetch {
				n.Topic, n.ID = "all", ""
			} else if !d.concerns(r.Context(), by, n) {
				continue
			}
			text, err := json.Marshal(n)
			if err != nil {
				return err
			}
			going = say("event: news\ndata: " + string(text) + "\n\n")
		}
	}
	return nil
}

// concerns says whether news are about something that the listener may see. News
// without an id say only that something is new: who asks again is told what is theirs.
func (d *Door) concerns(ctx context.Context, by access.Actor, n News) bool {
	if n.Topic == "asides" {
		return by.Can(access.Connect)
	}
	if by.Channels == nil || n.ID == "" {
		return true
	}
	err := store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		switch n.Topic {
		case "channels":
			err = by.May(access.Read, n.ID)
		case "inbox":
			_, err = view.OneConversation(ctx, tx, by, n.ID)
		case "posts":
			if _, err = view.OnePost(ctx, tx, by, n.ID); fault.Is(err, fault.NotFound) {
				err = mine(ctx, tx, by, access.Read, n.ID) // some say the publication
			}
		case "people":
			_, err = view.OnePerson(ctx, tx, by, n.ID)
		case "rules":
			err = view.SeesRuling(ctx, tx, by, n.ID)
		}
		return err
	})
	return err == nil
}
