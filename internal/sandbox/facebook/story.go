package facebook

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// show puts a story on a Page; the network's mutex is held.
func (n *Network) show(p *page, post, kind, media string, created, listed time.Time) *story {
	s := &story{post: post, kind: kind, media: media, page: p, created: created, listed: listed}
	p.stories = append(p.stories, s)
	return s
}

func (n *Network) isStory(id string) bool {
	return slices.ContainsFunc(n.order, func(p *page) bool {
		return slices.ContainsFunc(p.stories, func(s *story) bool { return s.post == id })
	})
}

// photoStory is POST /{page}/photo_stories: a photo that was uploaded with published=false, and that nothing else was made of.
func (a *ask) photoStory(p *page) (any, *graph.Fault) {
	if err := may(a.token, p, "pages_manage_posts", "pages_read_engagement"); err != nil {
		return nil, err
	}
	ph, ok := a.n.photos[a.p.Get("photo_id")]
	switch {
	case !ok || ph.page != p || ph.post == nil && ph.story == nil && a.now.Sub(ph.created) >= unusedLife:
		return nil, graph.Missing(http.MethodGet, a.p.Get("photo_id"))
	case ph.published || ph.post != nil:
		return nil, graph.Invalid("The photo must not have been used in a post")
	}
	// Graph says that what was used cannot be used again; here a story made twice is there twice, which is worse.
	ph.story = a.n.show(p, a.n.number(), "photo", ph.id, a.now, a.now.Add(a.call.ListedLate()))
	a.call.Accept(sandbox.Entry{Account: p.id, Action: sandbox.Publish, Object: ph.story.post})
	return map[string]any{"success": true, "post_id": ph.story.post}, nil
}

// stories is GET /{page}/stories, newest first: those of the last day, with status=ARCHIVED the others.
func (a *ask) stories(p *page) (any, *graph.Fault) {
	if err := may(a.token, p, "pages_read_engagement"); err != nil {
		return nil, err
	}
	w, err := graph.Cut(a.p.Get, 25)
	if err != nil {
		return nil, err
	}
	states := a.p.List("status")
	for _, s := range states {
		if s != "PUBLISHED" && s != "ARCHIVED" {
			return nil, graph.Invalid("Param status[0] must be one of {ARCHIVED, PUBLISHED} - got %q.", s)
		}
	}
	var kept []*story
	for _, s := range slices.Backward(p.stories) {
		if !s.listed.After(a.now) && (len(states) == 0 || slices.Contains(states, s.state(a.now))) {
			kept = append(kept, s)
		}
	}
	return graph.Part(w, kept, func(s *story) string { return s.post }, func(s *story) (any, *graph.Fault) {
		return map[string]any{"post_id": s.post, "status": strings.ToLower(s.state(a.now)), "creation_time": strconv.FormatInt(s.created.Unix(), 10),
			"media_type": s.kind, "media_id": s.media, "url": "https://facebook.com/stories/" + p.id + "/" + s.post}, nil
	}, a.links(a.id+"/stories", a.p.Values))
}

func (s *story) state(now time.Time) string {
	if now.Sub(s.created) < 24*time.Hour {
		return "PUBLISHED"
	}
	return "ARCHIVED"
}
