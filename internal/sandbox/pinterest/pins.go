package pinterest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
)

func (n *Network) table() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /oauth/", n.authorize)
	mux.HandleFunc("POST /oauth/", n.authorize)
	mux.HandleFunc("POST /v5/oauth/token", n.token)
	mux.HandleFunc("GET /v5/user_account", n.account)
	mux.HandleFunc("GET /v5/user_account/analytics", n.accountAnalytics)
	mux.HandleFunc("GET /v5/boards", n.boards)
	mux.HandleFunc("GET /v5/boards/{id}/sections", n.sections)
	mux.HandleFunc("POST /v5/pins", n.create)
	mux.HandleFunc("GET /v5/pins", n.list)
	mux.HandleFunc("GET /v5/pins/{id}", n.one)
	mux.HandleFunc("PATCH /v5/pins/{id}", n.change)
	mux.HandleFunc("DELETE /v5/pins/{id}", n.remove)
	mux.HandleFunc("POST /v5/pins/{id}/save", n.save)
	mux.HandleFunc("POST /v5/media", n.register)
	mux.HandleFunc("GET /v5/media/{id}", n.status)
	mux.HandleFunc("POST /upload", n.receive)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusNotFound, 404, "Not found.") })
	return mux
}

func (n *Network) account(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.who(w, r, "user_accounts:read")
	if a == nil {
		return
	}
	give(w, http.StatusOK, map[string]any{"account_type": "BUSINESS", "id": a.id, "username": a.username, "business_name": a.name, "about": "",
		"profile_image": "", "website_url": "", "board_count": len(a.boards), "pin_count": len(a.pins), "follower_count": a.followers, "following_count": 3, "monthly_views": 900})
}

func (n *Network) boards(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.who(w, r, "boards:read")
	if a == nil {
		return
	}
	some, bookmark, ok := page(r.URL.Query(), a.boards)
	if !ok {
		say(w, http.StatusBadRequest, 1, "Invalid bookmark.")
		return
	}
	items := []any{}
	for _, b := range some {
		items = append(items, map[string]any{"id": b.id, "name": b.name, "description": "", "owner": map[string]any{"username": a.username}, "privacy": "PUBLIC"})
	}
	give(w, http.StatusOK, map[string]any{"items": items, "bookmark": bookmark})
}

// sections are those of a board.
func (n *Network) sections(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.who(w, r, "boards:read")
	if a == nil {
		return
	}
	i := slices.IndexFunc(a.boards, func(b board) bool { return b.id == r.PathValue("id") })
	if i < 0 {
		say(w, http.StatusNotFound, 40, "Board not found.")
		return
	}
	some, bookmark, ok := page(r.URL.Query(), a.boards[i].sections)
	if !ok {
		say(w, http.StatusBadRequest, 1, "Invalid bookmark.")
		return
	}
	items := []any{}
	for _, s := range some {
		items = append(items, map[string]any{"id": s.id, "name": s.name})
	}
	give(w, http.StatusOK, map[string]any{"items": items, "bookmark": bookmark})
}

// draft is what makes a pin.
type draft struct {
	Link        *string         `json:"link"`
	Title       *string         `json:"title"`
	Description *string         `json:"description"`
	Alt         *string         `json:"alt_text"`
	Board       string          `json:"board_id"`
	Section     *string         `json:"board_section_id"`
	Dominant    *string         `json:"dominant_color"`
	Source      json.RawMessage `json:"media_source"`
	Parent      *string         `json:"parent_pin_id"`
	Sponsor     *string         `json:"sponsor_id"`
}

type source struct {
	Kind  string `json:"source_type"`
	Type  string `json:"content_type"`
	Data  string `json:"data"`
	URL   string `json:"url"`
	Video string `json:"media_id"`
	Items []struct {
		Type        string `json:"content_type"`
		Data        string `json:"data"`
		URL         string `json:"url"`
		Title       string `json:"title"`
		Description string `json:"description"`
		Link        string `json:"link"`
	} `json:"items"`
	Index      *int   `json:"index"`
	CoverURL   string `json:"cover_image_url"`
	CoverType  string `json:"cover_image_content_type"`
	CoverData  string `json:"cover_image_data"`
	CoverFrame *int   `json:"cover_image_key_frame_time"`
	Standard   *bool  `json:"is_standard"`
}

var digits = regexp.MustCompile(`^\d+$`)

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (n *Network) create(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.who(w, r, "boards:read", "boards:write", "pins:read", "pins:write")
	if a == nil {
		return
	}
	var d draft
	if !read(r, &d) {
		say(w, http.StatusBadRequest, 1, "Invalid request: the body is not what is expected.")
		return
	}
	if problem := d.check(a); problem != "" {
		say(w, http.StatusBadRequest, 1, "Invalid request: "+problem)
		return
	}
	media, items, code, problem := n.media(a, d.Source)
	if problem != "" {
		say(w, http.StatusBadRequest, code, problem)
		return
	}
	call := sandbox.From(r.Context())
	if _, blocked := call.Has(sandbox.Blocked); blocked {
		say(w, http.StatusForbidden, 29, "You have been blocked from saving Pins for a while.")
		return
	}
	if at, twin := call.Twin(); twin {
		n.add(a, d, media, items, at)
	}
	p := n.add(a, d, media, items, n.stage.Clock.Now())
	p.listed = p.made.Add(call.ListedLate())
	call.Accept(sandbox.Entry{Account: a.id, Object: p.id, Link: p.link, Text: p.description})
	give(w, http.StatusCreated, n.show(p, false))
}

func (n *Network) add(a *account, d draft, media map[string]any, items int, at time.Time) *pin {
	p := &pin{id: n.next(), board: d.Board, section: d.Section, title: text(d.Title), description: text(d.Description), link: text(d.Link), alt: text(d.Alt),
		media: media, items: items, owner: a, made: at, listed: at}
	n.pins[p.id] = p
	a.pins = append(a.pins, p)
	slices.SortStableFunc(a.pins, func(x, y *pin) int { return x.made.Compare(y.made) })
	return p
}

// check holds the words against the description's own numbers.
func (d draft) check(a *account) string {
	for _, c := range []struct {
		name string
		of   *string
		most int
	}{{"title", d.Title, 100}, {"description", d.Description, 800}, {"alt_text", d.Alt, 500}, {"link", d.Link, 2048}} {
		if utf8.RuneCountInString(text(c.of)) > c.most {
			return c.name + " is too long."
		}
	}
	if link := text(d.Link); link != "" {
		if u, err := url.Parse(link); err != nil || u.Host == "" {
			return "link is no address."
		}
	}
	i := slices.IndexFunc(a.boards, func(b board) bool { return b.id == d.Board })
	switch {
	case i < 0:
		return "board_id is not a board of yours."
	case d.Section != nil && !slices.ContainsFunc(a.boards[i].sections, func(s section) bool { return s.id == *d.Section }):
		return "board_section_id is not a section of this board."
	}
	return ""
}

// media reads a media source: what the pin shows, and how many items.
func (n *Network) media(a *account, raw json.RawMessage) (media map[string]any, items, code int, problem string) {
	var s source
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.DisallowUnknownFields()
	if len(raw) == 0 || d.Decode(&s) != nil {
		return nil, 0, 1, "Invalid request: media_source is not what is expected."
	}
	image := func(kind, data string) bool {
		plain, err := base64.StdEncoding.DecodeString(data)
		return err == nil && len(plain) > 0 && len(plain) <= 20<<20 && (kind == "image/jpeg" || kind == "image/png") && http.DetectContentType(plain) == kind
	}
	switch s.Kind {
	case "image_base64":
		if !image(s.Type, s.Data) {
			return nil, 0, 235, "Sorry, we could not fetch the image."
		}
		return map[string]any{"media_type": "image"}, 1, 0, ""
	case "multiple_image_base64":
		if len(s.Items) < 2 || len(s.Items) > 5 {
			return nil, 0, 1, "Invalid request: items holds 2 to 5 images."
		}
		for _, i := range s.Items {
			if !image(i.Type, i.Data) {
				return nil, 0, 235, "Sorry, we could not fetch the image."
			}
		}
		all := make([]any, len(s.Items))
		for i, it := range s.Items {
			all[i] = map[string]any{"item_type": "image", "title": it.Title, "description": it.Description, "link": it.Link}
		}
		return map[string]any{"media_type": "multiple_images", "items": all}, len(s.Items), 0, ""
	case "video_id":
		u := n.uploads[s.Video]
		switch {
		case u == nil || u.owner != a || !digits.MatchString(s.Video):
			return nil, 0, 1, "Invalid request: media_id is not known."
		case s.CoverURL == "" && s.CoverData == "" && s.CoverFrame == nil:
			return nil, 0, 1, "Invalid request: a video needs a cover image."
		case s.CoverData != "" && !image(s.CoverType, s.CoverData):
			return nil, 0, 1, "Invalid request: the cover image cannot be read."
		case n.state(u) != "succeeded":
			return nil, 0, 2786, "The video has not been processed yet."
		}
		return map[string]any{"media_type": "video", "duration": nil, "height": nil, "width": nil, "cover_image_url": "https://i.pinimg.test/" + s.Video + ".jpg"}, 1, 0, ""
	}
	return nil, 0, 1, "Invalid request: this source_type is not taken here."
}

func (n *Network) show(p *pin, metrics bool) map[string]any {
	out := map[string]any{"id": p.id, "created_at": p.made.UTC().Format(time.RFC3339), "link": p.link, "title": p.title, "description": p.description, "dominant_color": nil,
		"alt_text": p.alt, "board_id": p.board, "board_section_id": p.section, "board_owner": map[string]any{"username": p.owner.username}, "media": p.media,
		"parent_pin_id": p.from(), "is_owner": true, "has_been_promoted": false, "creative_type": "REGULAR", "is_standard": true, "pin_metrics": nil}
	if metrics {
		out["pin_metrics"] = map[string]any{
			"90d":              map[string]any{"impression": p.views, "pin_click": 0, "save": p.saves, "clickthrough": 0},
			"lifetime_metrics": map[string]any{"impression": p.views, "pin_click": 0, "save": p.saves, "clickthrough": 0, "reaction": p.reactions, "comment": p.comments}}
	}
	return out
}

func (n *Network) list(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.who(w, r, "boards:read", "pins:read")
	if a == nil {
		return
	}
	var seen []*pin
	protected := r.URL.Query().Get("include_protected_pins") == "true"
	for _, p := range slices.Backward(a.pins) {
		if !p.gone && !p.listed.After(n.stage.Clock.Now()) && (protected || !a.protects(p.board)) {
			seen = append(seen, p)
		}
	}
	some, bookmark, ok := page(r.URL.Query(), seen)
	if !ok {
		say(w, http.StatusBadRequest, 1, "Invalid bookmark.")
		return
	}
	items := []any{}
	for _, p := range some {
		items = append(items, n.show(p, r.URL.Query().Get("pin_metrics") == "true"))
	}
	give(w, http.StatusOK, map[string]any{"items": items, "bookmark": bookmark})
}

// mine finds a pin of the account; the lock is held.
func (n *Network) mine(w http.ResponseWriter, r *http.Request, a *account) *pin {
	p := n.pins[r.PathValue("id")]
	if p == nil || p.gone || p.owner != a {
		say(w, http.StatusNotFound, 50, "Pin not found.")
		return nil
	}
	return p
}

func (n *Network) one(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if a := n.who(w, r, "boards:read", "pins:read"); a != nil {
		if p := n.mine(w, r, a); p != nil {
			give(w, http.StatusOK, n.show(p, r.URL.Query().Get("pin_metrics") == "true"))
		}
	}
}

func (n *Network) change(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.who(w, r, "boards:read", "boards:write", "pins:read", "pins:write")
	if a == nil {
		return
	}
	p := n.mine(w, r, a)
	if p == nil {
		return
	}
	if p.parent != "" { // harsher: nothing says that what others wrote could be changed
		say(w, http.StatusForbidden, 29, "You are not permitted to access that resource.")
		return
	}
	d := draft{Board: p.board}
	if !read(r, &d) || d.Source != nil {
		say(w, http.StatusBadRequest, 1, "Invalid request: the body is not what is expected.")
		return
	}
	if problem := d.check(a); problem != "" {
		say(w, http.StatusBadRequest, 1, "Invalid request: "+problem)
		return
	}
	for _, c := range []struct{ from, to *string }{{d.Title, &p.title}, {d.Description, &p.description}, {d.Link, &p.link}, {d.Alt, &p.alt}} {
		if c.from != nil {
			*c.to = *c.from
		}
	}
	if d.Board != p.board || d.Section != nil { // another board has other sections
		p.board, p.section = d.Board, d.Section
	}
	sandbox.From(r.Context()).Accept(sandbox.Entry{Account: a.id, Object: p.id, Text: p.description})
	give(w, http.StatusOK, n.show(p, false))
}

func (n *Network) remove(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.who(w, r, "boards:read", "boards:write", "pins:read", "pins:write")
	if a == nil {
		return
	}
	if p := n.mine(w, r, a); p != nil {
		p.gone = true
		sandbox.From(r.Context()).Accept(sandbox.Entry{Account: a.id, Object: p.id})
		w.WriteHeader(http.StatusNoContent)
	}
}
