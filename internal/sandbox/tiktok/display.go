package tiktok

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// fields of a person, by the scope that they need.
var fields = map[string]string{"open_id": "user.info.basic", "union_id": "user.info.basic", "avatar_url": "user.info.basic", "avatar_url_100": "user.info.basic",
	"avatar_large_url": "user.info.basic", "display_name": "user.info.basic", "bio_description": "user.info.profile", "profile_deep_link": "user.info.profile",
	"is_verified": "user.info.profile", "username": "user.info.profile", "profile_web_link": "user.info.profile", "follower_count": "user.info.stats",
	"following_count": "user.info.stats", "likes_count": "user.info.stats", "video_count": "user.info.stats"}

func (n *Network) user(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a, t := n.who(w, r, 600, "user.info.basic")
	if a == nil {
		return
	}
	likes := int64(0)
	for _, p := range a.posts {
		likes += p.likes
	}
	all := map[string]any{"open_id": a.id, "union_id": "union-" + a.id, "avatar_url": picture(r, a),
		"avatar_url_100": "", "avatar_large_url": "", "display_name": a.name, "bio_description": "", "profile_deep_link": "https://vm.tiktok.test/" + a.username,
		"is_verified": false, "username": a.username, "profile_web_link": "https://www.tiktok.com/@" + a.username, "follower_count": a.followers, "following_count": 12,
		"likes_count": likes, "video_count": len(a.posts)}
	shown := map[string]any{}
	for f := range strings.SplitSeq(r.URL.Query().Get("fields"), ",") {
		scope, known := fields[f]
		switch {
		case !known:
			fail(w, http.StatusBadRequest, "invalid_params", "One or more fields in request is invalid.")
			return
		case !may(r, t, scope):
			fail(w, http.StatusUnauthorized, "scope_not_authorized", "The user did not authorize the scope required for completing this request.")
			return
		}
		shown[f] = all[f]
	}
	good(w, map[string]any{"user": shown})
}

// cut is how long the texts of lists are.
func cut(s string) string {
	if r := []rune(s); len(r) > 150 {
		return string(r[:150])
	}
	return s
}

// show gives those fields of a post that were asked for.
func (n *Network) show(p *post, wanted string) (map[string]any, bool) {
	address := "https://www.tiktok.com/@" + p.owner.username + "/video/" + p.id
	all := map[string]any{"id": p.id, "create_time": p.made.Unix(), "cover_image_url": "https://p16-sign.tiktokcdn.test/x", "share_url": address + "?utm_campaign=tt4d",
		"video_description": cut(p.text), "duration": 5, "height": 1280, "width": 720, "title": cut(p.text), "embed_html": "", "embed_link": "", "like_count": p.likes,
		"comment_count": n.said(p), "share_count": p.shares, "view_count": p.views, "is_aigc": p.aigc}
	shown := map[string]any{}
	for f := range strings.SplitSeq(wanted, ",") {
		value, known := all[f]
		if !known {
			return nil, false
		}
		shown[f] = value
	}
	return shown, true
}

// listed says whether the Display API shows a post: public videos alone.
func (n *Network) listed(p *post) bool {
	now := n.now()
	return p.public() && p.photos == 0 && !p.listed.After(now) && !p.numbered.After(now)
}

// together is a page of posts. A cursor is a moment, so those of the same moment stay on one page.
func together(seen []*post, most int) []*post {
	page := seen[:min(most, len(seen))]
	for len(page) > 0 && len(page) < len(seen) && seen[len(page)].made.Equal(page[len(page)-1].made) {
		page = seen[:len(page)+1]
	}
	return page
}

func (n *Network) videos(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a, _ := n.who(w, r, 600, "video.list")
	if a == nil {
		return
	}
	var d struct {
		Cursor int64 `json:"cursor"`
		Most   *int  `json:"max_count"`
	}
	most := 10
	if !read(r, &d) || d.Most != nil && (*d.Most < 1 || *d.Most > 20) {
		fail(w, http.StatusBadRequest, "invalid_params", "max_count is 1 to 20.")
		return
	}
	if d.Most != nil {
		most = *d.Most
	}
	var seen []*post
	for _, p := range a.posts {
		if n.listed(p) && (d.Cursor == 0 || p.made.UnixMilli() < d.Cursor) {
			seen = append(seen, p)
		}
	}
	slices.SortStableFunc(seen, func(x, y *post) int { return y.made.Compare(x.made) })
	page := together(seen, most)
	shown := []any{}
	cursor := int64(0)
	for _, p := range page {
		one, ok := n.show(p, r.URL.Query().Get("fields"))
		if !ok {
			fail(w, http.StatusBadRequest, "invalid_params", "One or more fields in request is invalid.")
			return
		}
		shown, cursor = append(shown, one), p.made.UnixMilli()
	}
	good(w, map[string]any{"videos": shown, "cursor": cursor, "has_more": len(page) < len(seen)})
}

func (n *Network) query(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a, _ := n.who(w, r, 600, "video.list")
	if a == nil {
		return
	}
	var d struct {
		Filters struct {
			IDs []string `json:"video_ids"`
		} `json:"filters"`
	}
	if !read(r, &d) || len(d.Filters.IDs) < 1 || len(d.Filters.IDs) > 20 {
		fail(w, http.StatusBadRequest, "invalid_params", "video_ids holds 1 to 20 ids.")
		return
	}
	shown := []any{}
	for _, id := range d.Filters.IDs {
		if p := n.posts[id]; p != nil && p.owner == a && n.listed(p) {
			one, ok := n.show(p, r.URL.Query().Get("fields"))
			if !ok {
				fail(w, http.StatusBadRequest, "invalid_params", "One or more fields in request is invalid.")
				return
			}
			shown = append(shown, one)
		}
	}
	good(w, map[string]any{"videos": shown})
}

// names reads a list of texts that is written as JSON in a query.
func names(s string) []string {
	var all []string
	if json.Unmarshal([]byte(s), &all) != nil {
		return nil
	}
	return all
}

// business gives an account's profile and its days.
func (n *Network) business(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	q := r.URL.Query()
	a := n.whoBusiness(w, r, q.Get("business_id"), "user.info.basic")
	if a == nil {
		return
	}
	all := map[string]any{"is_business_account": true, "username": a.username, "display_name": a.name, "profile_image": "", "followers_count": a.followers}
	day := map[string]any{"date": q.Get("start_date"), "video_views": a.views, "unique_video_views": a.views, "profile_views": a.visits, "likes": 0, "comments": 0,
		"shares": a.shares, "bio_link_clicks": 0, "daily_new_followers": a.gained, "daily_lost_followers": a.lost, "daily_total_followers": a.followers}
	shown, metrics := map[string]any{}, map[string]any{"date": q.Get("start_date")}
	for _, f := range names(q.Get("fields")) {
		if value, ok := all[f]; ok {
			shown[f] = value
		} else if value, ok := day[f]; ok {
			metrics[f] = value
		} else {
			answer(w, 40002, "fields: Invalid value "+f, nil)
			return
		}
	}
	if len(metrics) > 1 {
		from, err := time.Parse(time.DateOnly, q.Get("start_date"))
		if err != nil || q.Get("end_date") != q.Get("start_date") || !from.Before(n.now().Truncate(24*time.Hour)) {
			answer(w, 40002, "start_date: the dates are days that are over.", nil)
			return
		}
		shown["metrics"] = []any{metrics}
	}
	answer(w, 0, "OK", shown)
}

// businessVideos lists an account's public posts, photos too.
func (n *Network) businessVideos(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	q := r.URL.Query()
	a := n.whoBusiness(w, r, q.Get("business_id"), "video.list")
	if a == nil {
		return
	}
	var filter struct {
		IDs []string `json:"video_ids"`
	}
	before, most, ok := slice(q, 10, 20) // a cursor is a moment, in milliseconds
	if f := q.Get("filters"); !ok || f != "" && (json.Unmarshal([]byte(f), &filter) != nil || len(filter.IDs) > 20) {
		answer(w, 40002, "max_count, cursor or filters: Invalid value", nil)
		return
	}
	var seen []*post
	for _, p := range slices.Backward(a.posts) {
		now := n.now()
		if p.public() && !p.listed.After(now) && !p.numbered.After(now) && (filter.IDs == nil || slices.Contains(filter.IDs, p.id)) &&
			(before == 0 || p.made.UnixMilli() < int64(before)) {
			seen = append(seen, p)
		}
	}
	slices.SortStableFunc(seen, func(x, y *post) int { return y.made.Compare(x.made) })
	wanted := names(q.Get("fields"))
	if !slices.Contains(wanted, "item_id") {
		answer(w, 40002, "fields: item_id is required", nil)
		return
	}
	some := together(seen, most)
	shown := []any{}
	cursor := int64(0)
	for _, p := range some {
		cursor = p.made.UnixMilli()
		kind := "VIDEO"
		if p.photos > 0 {
			kind = "PHOTO"
		}
		all := map[string]any{"item_id": p.id, "create_time": seconds(p.made), "media_type": kind, "caption": p.text, "share_url": "https://www.tiktok.com/@" + a.username + "/video/" + p.id,
			"likes": p.likes, "comments": n.said(p), "shares": p.shares, "video_views": p.views, "reach": p.views, "favorites": 0, "new_followers": 0, "profile_views": 0}
		one := map[string]any{}
		for _, f := range wanted {
			value, known := all[f]
			if !known {
				answer(w, 40002, "fields: Invalid value "+f, nil)
				return
			}
			one[f] = value
		}
		shown = append(shown, one)
	}
	answer(w, 0, "OK", map[string]any{"videos": shown, "cursor": cursor, "has_more": len(some) < len(seen)})
}

// picture is where an account's picture is.
func picture(r *http.Request, a *account) string {
	return "http://" + r.Host + "/avatar/" + a.username + ".png"
}

// avatar is what stands there: TikTok asks nobody for a key, but names another address every few hours.
func avatar(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(sandbox.Person{Hue: 330, Look: 4}.Portrait())
}
