package tiktok

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// receive takes a piece of a video. It speaks in statuses: 206 and more is to come, 201 and all of it is there.
func (n *Network) receive(w http.ResponseWriter, r *http.Request) {
	first, last, total, ok := contentRange(r.Header.Get("Content-Range"))
	kind := r.Header.Get("Content-Type")
	if !ok || r.ContentLength != last-first+1 || kind != "video/mp4" && kind != "video/quicktime" && kind != "video/webm" || r.Header.Get("Authorization") != "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	n.mu.Lock()
	t := n.place(r)
	status := n.fits(t, first, last, total)
	if status == 0 {
		n.mu.Unlock() // while it arrives
		piece, err := sandbox.Receive(r.Body, 12)
		n.mu.Lock()
		if err != nil || piece.Bytes != r.ContentLength {
			status = http.StatusBadRequest
		} else if status = n.fits(t, first, last, total); status == 0 { // somebody may have been faster
			status = n.take(t, first, last, piece, sandbox.From(r.Context()))
		}
	}
	defer n.mu.Unlock()
	if t != nil {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", t.got, t.size))
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "null\n") // the other side may be gone
}

// place finds the task of an upload address; the lock is held.
func (n *Network) place(r *http.Request) *task {
	q := r.URL.Query()
	for _, t := range n.tasks {
		if t.upload != "" && t.upload == q.Get("upload_token") && strings.HasSuffix(t.id, "."+q.Get("upload_id")) {
			return t
		}
	}
	return nil
}

// fits says with which status a piece is refused; 0: it is the next one. The lock is held.
func (n *Network) fits(t *task, first, last, total int64) int {
	switch {
	case t == nil || t.state != "PROCESSING_UPLOAD" || t.got == t.size:
		return http.StatusNotFound
	case n.now().After(t.begun.Add(n.options.UploadLasts)):
		return http.StatusForbidden
	case total != t.size:
		return http.StatusBadRequest
	case first != t.got:
		return http.StatusRequestedRangeNotSatisfiable
	}
	end := first + t.chunk
	if t.size-end < t.chunk { // what is left over goes with the last whole piece
		end = t.size
	}
	if last+1 != end {
		return http.StatusBadRequest
	}
	return 0
}

// take keeps a piece; the lock is held.
func (n *Network) take(t *task, first, last int64, piece sandbox.Piece, call *sandbox.Call) int {
	if first == 0 {
		t.head = piece.Head
	}
	t.pieces = append(t.pieces, piece)
	t.got = last + 1
	call.Accept(sandbox.Entry{Account: t.owner.id, Object: t.id, Action: sandbox.Upload})
	if t.got < t.size {
		return http.StatusPartialContent
	}
	if !film(t.head) {
		t.reason = "file_format_check_failed"
	}
	n.arrived(t, call)
	return http.StatusCreated
}

// Handed gives the pieces of a video that has come in whole, the newest one.
func (n *Network) Handed() []sandbox.Piece {
	n.mu.Lock()
	defer n.mu.Unlock()
	var newest *task
	for _, t := range n.tasks {
		if t.size > 0 && t.got == t.size && (newest == nil || t.begun.After(newest.begun)) {
			newest = t
		}
	}
	if newest == nil {
		return nil
	}
	return newest.pieces
}

// film says whether a file begins as one that is taken: MP4, MOV, WebM.
func film(head []byte) bool {
	return len(head) >= 12 && (string(head[4:8]) == "ftyp" || binary.BigEndian.Uint32(head) == 0x1A45DFA3)
}

// arrived works on what has come in whole; the lock is held.
func (n *Network) arrived(t *task, call *sandbox.Call) {
	if at, ok := call.Twin(); ok {
		t.twin = at
	}
	if late := call.ListedLate(); late > 0 {
		t.late = n.now().Add(late)
	}
	if n.options.Processing < 0 {
		if e, ok := n.finish(t); ok {
			call.Accept(e)
		}
		n.stage.Clock.After(0, n.courier.wake)
		return
	}
	n.stage.Clock.After(n.options.Processing, func() {
		n.mu.Lock()
		e, ok := n.finish(t)
		n.mu.Unlock()
		if ok {
			n.stage.Accepted(e)
		}
		n.courier.wake()
	})
}

// finish ends a task: it is refused, waits in an inbox, or is a post. The lock is held.
func (n *Network) finish(t *task) (sandbox.Entry, bool) {
	if t.reason == "" {
		if code, _ := n.spam(t.owner); code == "spam_risk_user_banned_from_posting" {
			t.reason = code // banned meanwhile
		}
	}
	e := sandbox.Entry{Network: Name, Account: t.owner.id, Action: sandbox.Publish, Object: t.id, Text: t.post.text}
	kind := "DIRECT_PUBLISH"
	if t.draft {
		kind = "INBOX_SHARE"
	}
	told := map[string]any{"publish_id": t.id, "publish_type": kind}
	switch {
	case t.reason != "":
		t.state, told["reason"] = "FAILED", t.reason
		n.courier.take(t.owner, "post.publish.failed", told)
		return e, false
	case t.draft:
		t.state = "SEND_TO_USER_INBOX"
		n.courier.take(t.owner, "post.publish.inbox_delivered", told)
		return e, true
	}
	if !t.twin.IsZero() {
		twin := t.post
		n.make(&twin, t.twin)
	}
	t.state, t.made = "PUBLISH_COMPLETE", &t.post
	n.make(t.made, n.now())
	if t.late.After(t.made.listed) {
		t.made.listed = t.late
	}
	n.courier.take(t.owner, "post.publish.complete", told)
	if t.made.public() {
		e.Object = t.made.id
		n.later(t, told)
	}
	return e, true
}

// later tells the id of a public post once people have looked at it. The lock is held.
func (n *Network) later(t *task, told map[string]any) {
	told["post_id"] = json.Number(t.made.id) // a number that is too long for a float
	say := func() { n.courier.take(t.owner, "post.publish.publicly_available", told) }
	if n.options.Moderation < 0 {
		say()
		return
	}
	t.made.numbered = t.made.made.Add(n.options.Moderation)
	if t.made.listed.Before(t.made.numbered) {
		t.made.listed = t.made.numbered
	}
	n.stage.Clock.After(n.options.Moderation, func() {
		n.mu.Lock()
		say()
		n.mu.Unlock()
		n.courier.wake()
	})
}

// make gives a post its id; the lock is held.
func (n *Network) make(p *post, at time.Time) {
	p.id, p.made, p.listed, p.numbered = n.next(), at, at, at
	p.owner.posts = append(p.owner.posts, p)
	n.posts[p.id] = p
}

// Finish is what somebody does with a draft in TikTok's application: it becomes a post.
func (n *Network) Finish(publishID, text string) (id string) {
	n.mu.Lock()
	t := n.tasks[publishID]
	if t == nil || t.state != "SEND_TO_USER_INBOX" {
		n.mu.Unlock()
		return ""
	}
	t.state, t.made = "PUBLISH_COMPLETE", &t.post
	t.made.privacy = "PUBLIC_TO_EVERYONE"
	if text != "" {
		t.made.text = text
	}
	n.make(t.made, n.now())
	told := map[string]any{"publish_id": t.id, "publish_type": "INBOX_SHARE"}
	n.courier.take(t.owner, "post.publish.complete", told)
	n.later(t, map[string]any{"publish_id": t.id, "publish_type": "INBOX_SHARE"})
	id = t.made.id
	n.mu.Unlock()
	n.courier.wake()
	return id
}

// status says how far a publishing is.
func (n *Network) status(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a, _ := n.who(w, r, 30, "video.publish", "video.upload")
	if a == nil {
		return
	}
	var d struct {
		ID string `json:"publish_id"`
	}
	if !read(r, &d) {
		fail(w, http.StatusBadRequest, "invalid_param", "The body is not what is expected.")
		return
	}
	t := n.tasks[d.ID]
	switch {
	case t == nil:
		fail(w, http.StatusBadRequest, "invalid_publish_id", "The publish_id does not exist.")
		return
	case t.owner != a:
		fail(w, http.StatusBadRequest, "token_not_authorized_for_specified_publish_id", "The access_token does not have authorization.")
		return
	}
	data := map[string]any{"status": t.state}
	if t.photo {
		data["downloaded_bytes"] = 10000
	} else {
		data["uploaded_bytes"] = t.got
	}
	if t.state == "FAILED" {
		data["fail_reason"] = t.reason
	}
	ids := []any{}
	if t.made != nil && t.made.public() && !t.made.numbered.After(n.now()) {
		ids = append(ids, json.Number(t.made.id))
	}
	data["publicaly_available_post_id"] = ids //nolint:misspell // its own spelling
	good(w, data)
}

// fetch gets a photo over HTTP: redirections are not followed.
func (n *Network) fetch(ctx context.Context, address string) (kind string, size int64, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", 0, err
	}
	res, err := n.options.Client.Do(r)
	if err != nil {
		return "", 0, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return "", 0, fmt.Errorf("answered %d", res.StatusCode)
	}
	head := make([]byte, 512)
	some, _ := io.ReadFull(res.Body, head)
	rest, err := io.Copy(io.Discard, io.LimitReader(res.Body, photoMost+1))
	return http.DetectContentType(head[:some]), int64(some) + rest, err
}
