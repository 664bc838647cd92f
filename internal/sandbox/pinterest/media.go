package pinterest

import (
	"bufio"
	"io"
	"net/http"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// videoMost is how large a video may be.
const videoMost = 2 << 30

// state says how far a video is, by the stage's clock.
func (n *Network) state(u *upload) string {
	switch {
	case u.arrived.IsZero():
		return "registered"
	case n.stage.Clock.Now().Before(u.arrived.Add(n.options.Processing)):
		return "processing"
	case u.broken:
		return "failed"
	}
	return "succeeded"
}

func (n *Network) register(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.who(w, r, "pins:read", "pins:write")
	if a == nil {
		return
	}
	var d struct {
		Type string `json:"media_type"`
	}
	if !read(r, &d) || d.Type != "video" {
		say(w, http.StatusBadRequest, 1, "Invalid request: media_type is video.")
		return
	}
	u := &upload{id: n.next(), key: "uploads/3:video:" + n.next(), owner: a, begun: n.stage.Clock.Now()}
	n.uploads[u.id] = u
	sandbox.From(r.Context()).Accept(sandbox.Entry{Account: a.id, Object: u.id})
	give(w, http.StatusCreated, map[string]any{"media_id": u.id, "media_type": "video", "upload_url": "http://" + r.Host + "/upload",
		"upload_parameters": map[string]any{"x-amz-date": "20261101T000000Z", "x-amz-signature": "sig" + u.id, "x-amz-security-token": "tok", "x-amz-algorithm": "AWS4-HMAC-SHA256",
			"key": u.key, "policy": "cG9saWN5", "x-amz-credential": "cred", "Content-Type": "multipart/form-data"}})
}

func (n *Network) status(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.who(w, r, "pins:read")
	if a == nil {
		return
	}
	u := n.uploads[r.PathValue("id")]
	if u == nil || u.owner != a {
		say(w, http.StatusNotFound, 404, "Media not found.")
		return
	}
	give(w, http.StatusOK, map[string]any{"media_id": u.id, "media_type": "video", "status": n.state(u)})
}

// receive is the store that videos are posted to: a form whose fields must be
// those that were given, with the file last, and a length said beforehand.
func (n *Network) receive(w http.ResponseWriter, r *http.Request) {
	deny := func(status int, text string) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<Error><Code>"+text+"</Code></Error>") // the other side may be gone
	}
	if r.ContentLength <= 0 {
		deny(http.StatusLengthRequired, "MissingContentLength")
		return
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{bufio.NewReaderSize(r.Body, 256<<10), r.Body} // a form is read by four kilobytes
	form, err := r.MultipartReader()
	if err != nil {
		deny(http.StatusBadRequest, "MalformedPOSTRequest")
		return
	}
	fields := map[string]string{}
	for {
		part, err := form.NextPart()
		if err != nil {
			deny(http.StatusBadRequest, "MalformedPOSTRequest")
			return
		}
		if part.FormName() != "file" {
			value, err := io.ReadAll(io.LimitReader(part, 4096))
			if err != nil {
				deny(http.StatusBadRequest, "IncompleteBody")
				return
			}
			fields[part.FormName()] = string(value)
			continue
		}
		piece, err := sandbox.Receive(part, 12)
		if err != nil {
			deny(http.StatusBadRequest, "IncompleteBody")
			return
		}
		n.keep(r, fields, piece, deny, w)
		return
	}
}

func (n *Network) keep(r *http.Request, fields map[string]string, piece sandbox.Piece, deny func(int, string), w http.ResponseWriter) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, u := range n.uploads {
		if u.key != fields["key"] {
			continue
		}
		now := n.stage.Clock.Now()
		switch {
		case fields["x-amz-signature"] != "sig"+u.id || fields["policy"] == "" || fields["x-amz-credential"] == "":
			deny(http.StatusForbidden, "SignatureDoesNotMatch")
		case now.After(u.begun.Add(time.Hour)):
			deny(http.StatusForbidden, "AccessDenied")
		case piece.Bytes > videoMost:
			deny(http.StatusBadRequest, "EntityTooLarge")
		default:
			u.piece, u.arrived = piece, now
			u.broken = len(piece.Head) < 12 || string(piece.Head[4:8]) != "ftyp"
			sandbox.From(r.Context()).Accept(sandbox.Entry{Account: u.owner.id, Object: u.id})
			w.WriteHeader(http.StatusNoContent)
		}
		return
	}
	deny(http.StatusForbidden, "AccessDenied")
}

func (n *Network) accountAnalytics(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.who(w, r, "user_accounts:read")
	if a == nil {
		return
	}
	q := r.URL.Query()
	from, err := time.Parse(time.DateOnly, q.Get("start_date"))
	to, err2 := time.Parse(time.DateOnly, q.Get("end_date"))
	now := n.stage.Clock.Now()
	if err != nil || err2 != nil || to.Before(from) || from.Before(now.AddDate(0, 0, -90)) || to.After(now) {
		say(w, http.StatusBadRequest, 1, "Invalid request: the dates are not what is expected.")
		return
	}
	var saves, views int64
	for _, p := range a.pins {
		saves, views = saves+p.saves, views+p.views
	}
	days := []any{}
	for d := from; !d.After(to); d = d.AddDate(0, 0, 1) {
		status, metrics := "READY", map[string]any{"IMPRESSION": views, "SAVE": saves, "PIN_CLICK": 0, "OUTBOUND_CLICK": 0, "ENGAGEMENT": saves}
		if now.Sub(d) < 48*time.Hour { // the last two days are still being counted
			status, metrics = "PROCESSING", map[string]any{}
		}
		days = append(days, map[string]any{"date": d.Format(time.DateOnly), "data_status": status, "metrics": metrics})
	}
	give(w, http.StatusOK, map[string]any{"all": map[string]any{"daily_metrics": days, "summary_metrics": map[string]any{}}})
}

// Handed gives the newest video that has come in, as one piece.
func (n *Network) Handed() []sandbox.Piece {
	n.mu.Lock()
	defer n.mu.Unlock()
	newest := &upload{}
	for _, u := range n.uploads {
		if u.arrived.After(newest.arrived) {
			newest = u
		}
	}
	return []sandbox.Piece{newest.piece}
}
