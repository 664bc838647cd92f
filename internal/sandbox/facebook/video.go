package facebook

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// films says that an edge takes videos.
func films(edge string) bool {
	return edge == "videos" || edge == "video_reels" || edge == "video_stories"
}

// pieceMost is how much of a video is asked for at once where the options do not say.
const pieceMost = 1 << 20

// film is POST /{page}/videos, video_reels and video_stories: an upload begins, its pieces come, it ends and the video is published.
func (a *ask) film(p *page) (any, *graph.Fault) {
	if err := may(a.token, p, "pages_manage_posts", "pages_read_engagement"); err != nil {
		return nil, err
	}
	known := []string{"start", "finish"}
	if a.edge == "videos" {
		known = append(known, "transfer", "cancel")
	}
	phase, err := a.p.Enum("upload_phase", "", known...)
	if err != nil {
		return nil, err
	}
	switch phase {
	case "start":
		return a.begin(p)
	case "transfer":
		return a.piece(p)
	case "finish":
		return a.finish(p)
	}
	return nil, graph.Invalid("The parameter upload_phase is required")
}

func (a *ask) begin(p *page) (any, *graph.Fault) {
	v := &video{id: a.n.number(), session: a.n.number(), kind: a.edge, page: p, made: a.now}
	if v.kind == "videos" {
		size, err := strconv.ParseInt(a.p.Get("file_size"), 10, 64)
		if err != nil || size <= 0 {
			return nil, graph.Invalid("The parameter file_size is required")
		}
		v.file.Size = size
	}
	a.n.videos[v.id] = v
	a.call.Accept(sandbox.Entry{Account: p.id, Action: sandbox.Upload, Object: v.id, Text: "begins"})
	if v.kind != "videos" {
		return map[string]any{"video_id": v.id, "upload_url": "https://rupload.facebook.com/video-upload/v25.0/" + v.id}, nil
	}
	all := a.n.wants(v)
	all["upload_session_id"], all["video_id"] = v.session, v.id
	return all, nil
}

// wants is which piece comes next, as texts: from the end to the end when nothing is left.
func (n *Network) wants(v *video) map[string]any {
	return map[string]any{"start_offset": strconv.FormatInt(v.file.Bytes, 10), "end_offset": strconv.FormatInt(n.upTo(v), 10)}
}

func (n *Network) upTo(v *video) int64 { return min(v.file.Bytes+n.options.Piece, v.file.Size) }

// lost are uploads that nobody finished in a day: Graph does not know them any more.
func (v *video) lost(now time.Time) bool {
	return v.finished.IsZero() && now.Sub(v.made) >= unusedLife
}

// LoseUploads forgets the uploads that are not finished.
func (n *Network) LoseUploads() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for id, v := range n.videos {
		if v.finished.IsZero() {
			delete(n.videos, id)
		}
	}
}

// session is the upload that a call is about: by its session where videos come in pieces, else by its video.
func (a *ask) session(p *page) (*video, *graph.Fault) {
	if a.edge != "videos" {
		id := a.p.Get("video_id")
		if v := a.n.videos[id]; v != nil && v.page == p && v.kind == a.edge && !v.lost(a.now) {
			return v, nil
		}
		return nil, graph.Missing(a.p.Method, id)
	}
	id := a.p.Get("upload_session_id")
	for _, v := range a.n.videos {
		if v.session == id && v.page == p && v.kind == "videos" && !v.lost(a.now) {
			return v, nil
		}
	}
	return nil, graph.Missing(a.p.Method, id)
}

func (a *ask) piece(p *page) (any, *graph.Fault) {
	v, f := a.session(p)
	if f != nil {
		return nil, f
	}
	from, err := strconv.ParseInt(a.p.Get("start_offset"), 10, 64)
	if err != nil || from != v.file.Bytes || v.file.Closed || from+a.p.Piece.Bytes > a.n.upTo(v) {
		f := graph.No(http.StatusBadRequest, 6001, 1363037, "There was a problem uploading your video. Please try uploading it again.")
		f.Transient, f.Data = true, a.n.wants(v)
		return nil, f
	}
	if a.p.Piece.Bytes == 0 {
		return nil, graph.No(http.StatusBadRequest, 6000, 1363019, "There was a problem uploading your video file. Please try again with another file.")
	}
	v.file.Add(a.p.Piece)
	v.file.Closed = v.file.Bytes == v.file.Size
	a.call.Accept(sandbox.Entry{Account: p.id, Action: sandbox.Upload, Object: v.id, Text: fmt.Sprint(v.file.Bytes, " bytes")})
	return a.n.wants(v), nil
}

// receive is POST rupload.facebook.com/video-upload/{version}/{video}.
func (n *Network) receive(w http.ResponseWriter, r *http.Request, id string) {
	call := sandbox.From(r.Context())
	var v *video
	graph.Receive(w, r, &n.mu, func(token string) *graph.Upload {
		t := n.tokens[token]
		if v = n.videos[id]; t == nil || t.Revoked || !t.Expires.IsZero() && call.Now().After(t.Expires) || v == nil || t.Of != v.page.id || v.kind == "videos" || v.lost(call.Now()) {
			return nil
		}
		return &v.file
	}, func() {
		call.Accept(sandbox.Entry{Account: v.page.id, Action: sandbox.Upload, Object: v.id, Text: fmt.Sprint(v.file.Size, " bytes")})
	})
}

// Handed gives what came of the newest upload that is complete, request by request.
func (n *Network) Handed() []sandbox.Piece {
	n.mu.Lock()
	defer n.mu.Unlock()
	newest := &video{}
	for _, v := range n.videos {
		if v.file.Closed && v.id > newest.id {
			newest = v
		}
	}
	return newest.file.Pieces
}

// finish ends an upload. The video is then worked on, and is out when that is done; nobody is told when it cannot be.
func (a *ask) finish(p *page) (any, *graph.Fault) {
	v, f := a.session(p)
	switch {
	case f != nil:
		return nil, f
	case !v.file.Closed:
		return nil, graph.No(http.StatusBadRequest, 6000, 1363019, "There was a problem uploading your video file. Please try again with another file.")
	}
	if a.edge != "videos" {
		state, err := a.p.Enum("video_state", "PUBLISHED", "PUBLISHED", "DRAFT", "SCHEDULED")
		if err != nil {
			return nil, err
		}
		if state != "PUBLISHED" {
			return nil, graph.Invalid("The video_state %s is not played here", state)
		}
	} else if yes, err := a.p.Flag("published", true); err != nil || !yes {
		return nil, graph.Invalid("Unpublished videos are not played here")
	}
	if err := fits(a.p.Get("description")); err != nil {
		return nil, err
	}
	sponsor := v.sponsor
	if a.edge == "videos" {
		if sponsor, f = a.sponsor(p); f != nil {
			return nil, f
		}
	}
	place := ""
	if a.edge != "videos" { // it has none
		if place, f = a.place(); f != nil {
			return nil, f
		}
	}
	if a.edge == "video_reels" {
		if recent(p.reels, a.now) >= a.n.options.ReelsMost {
			return nil, graph.No(http.StatusBadRequest, 613, 0, "(#613) Calls to this api have exceeded the rate limit.")
		}
		p.reels = append(p.reels, a.now)
	}
	v.description, v.title, v.sponsor, v.place = a.p.Get("description"), a.p.Get("title"), sponsor, place
	wait := a.n.options.Work
	v.finished, v.ready, v.number = a.now, a.now.Add(wait), a.n.number()
	v.out = v.ready.Add(a.call.ListedLate())
	object := p.id + "_" + v.number
	if v.kind == "video_stories" {
		object, v.description = v.number, ""
	}
	number := v.number
	a.n.stage.Clock.After(wait, func() { a.n.release(v, number) })
	a.call.Accept(sandbox.Entry{Account: p.id, Action: sandbox.Publish, Object: object, Text: v.description, Place: v.place})
	if v.kind == "video_stories" {
		return map[string]any{"success": true, "post_id": v.number}, nil
	}
	return graph.Done(), nil
}

func recent(all []time.Time, now time.Time) (n int) {
	for _, at := range all {
		if now.Sub(at) < 24*time.Hour {
			n++
		}
	}
	return n
}

// release lets a video out when it was worked on.
func (n *Network) release(v *video, number string) {
	n.mu.Lock()
	if n.videos[v.id] == v && v.file.Readable() {
		at := n.stage.Clock.Now()
		if v.kind == "video_stories" {
			v.story = n.show(v.page, number, "video", v.id, at, v.out)
		} else {
			v.post = n.put(v.page, number, v.description, "", nil, true, time.Time{}, at, v.out, v)
			v.post.sponsor, v.post.place = v.sponsor, v.place
		}
	}
	n.mu.Unlock()
	n.courier.Wake()
}

func (v *video) permalink() string {
	if v.kind == "video_reels" {
		return "/reel/" + v.id + "/"
	}
	return "/" + v.page.id + "/videos/" + v.id + "/"
}

// status is where a video is, in the words of its phases.
func (v *video) status(now time.Time) map[string]any {
	phase := func(done, begun bool) map[string]any {
		switch {
		case done:
			return map[string]any{"status": "complete"}
		case begun:
			return map[string]any{"status": "in_progress"}
		}
		return map[string]any{"status": "not_started"}
	}
	late := !v.finished.IsZero() && now.Before(v.out) && !now.Before(v.ready) // out, and not said yet
	worked := !v.finished.IsZero() && !now.Before(v.ready)
	up, work, out := phase(v.file.Closed, v.file.Bytes > 0), phase(worked && !late, !v.finished.IsZero() && !late), phase(worked && !late, false)
	up["bytes_transferred"], up["source_file_size"] = v.file.Bytes, v.file.Size
	word := "processing"
	switch {
	case late:
		word = "upload_complete"
	case worked && !v.file.Readable():
		word, work, out = "error", map[string]any{"status": "error", "errors": []any{map[string]any{"code": 1363024, "message": "The video file you selected is in a format that we don't support."}}}, phase(false, false)
	case worked:
		word, out["publish_status"], out["publish_time"] = "ready", "published", graph.Stamp(v.out)
	case v.finished.IsZero() && v.file.Closed:
		word = "upload_complete"
	case v.finished.IsZero():
		word = "uploading"
	}
	return map[string]any{"video_status": word, "uploading_phase": up, "processing_phase": work, "publishing_phase": out}
}

func (a *ask) onVideo(v *video) (any, *graph.Fault) {
	if err := may(a.token, v.page, "pages_read_engagement"); err != nil {
		return nil, err
	}
	switch {
	case v.lost(a.now):
		return nil, graph.Missing(a.p.Method, a.id)
	case a.edge == "" && a.isGet():
		return a.video(v, a.fields)
	case a.edge == "captions" && !a.isDelete():
		return a.captions(v)
	case a.edge == "thumbnails" && !a.isDelete():
		return a.thumbnails(v)
	case v.post != nil && a.edge == "comments":
		return a.onComments(v.post, nil)
	case v.post != nil && a.edge == "likes":
		return a.onLikes(v.page, v.post.id, &v.post.reactions)
	case v.post != nil && a.edge == "" && a.isDelete():
		a.edge = ""
		return a.onPost(v.post)
	}
	return a.nothing("Video")
}

func (v *view) video(o *video, fs []graph.Field) (map[string]any, *graph.Fault) {
	return graph.Node("Video", fs, graph.Names("description", "updated_time"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
		shown := o.post != nil && !o.out.After(v.now)
		switch f.Name {
		case "id":
			return o.id, true, true, nil
		case "description":
			return o.description, o.description != "", true, nil
		case "title":
			return o.title, o.title != "", true, nil
		case "created_time", "updated_time":
			return graph.Stamp(o.made), true, true, nil
		case "permalink_url":
			return o.permalink(), true, true, nil
		case "published":
			return shown || o.story != nil && !o.out.After(v.now), true, true, nil
		case "post_id":
			return o.number, shown, true, nil // of the two forms it is seen in, the shorter one
		case "status":
			return o.status(v.now), true, true, nil
		case "length":
			return json.Number("5.0"), o.file.Closed, true, nil
		case "source":
			return v.base + "/files/" + o.id, shown, true, nil
		}
		return nil, false, false, nil
	})
}
