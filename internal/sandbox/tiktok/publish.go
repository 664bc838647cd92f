package tiktok

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/kithhq/kith/internal/sandbox"
)

// The limits, as the documentation has them.
const (
	captionMost     = 2200
	titleMost       = 90
	descriptionMost = 4000
	videoMost       = 4_000_000_000
	chunkLeast      = 5 << 20    // read strictly: 5 MiB
	chunkMost       = 64_000_000 // read strictly: 64 MB
	lastMost        = 128_000_000
	chunksMost      = 1000
	photosMost      = 35
	photoMost       = 20_000_000
)

// task is one publishing, known by its publish_id.
type task struct {
	id, upload       string // upload: the secret of the upload address
	owner            *account
	post             post // what it becomes
	draft, photo     bool
	size, chunk, got int64
	begun            time.Time
	head             []byte
	pieces           []sandbox.Piece
	state, reason    string
	made             *post
	twin, late       time.Time
}

type postInfo struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Privacy     string `json:"privacy_level"`
	NoDuet      bool   `json:"disable_duet"`
	NoStitch    bool   `json:"disable_stitch"`
	NoComment   bool   `json:"disable_comment"`
	Cover       int64  `json:"video_cover_timestamp_ms"`
	Paid        *bool  `json:"brand_content_toggle"`
	Own         *bool  `json:"brand_organic_toggle"`
	AIGC        bool   `json:"is_aigc"`
	Music       bool   `json:"auto_add_music"`
}

type sourceInfo struct {
	Source string   `json:"source"`
	Size   int64    `json:"video_size"`
	Chunk  int64    `json:"chunk_size"`
	Count  int64    `json:"total_chunk_count"`
	Cover  int64    `json:"photo_cover_index"`
	Photos []string `json:"photo_images"`
}

// runes counts as TikTok does: UTF-16.
func runes(s string) int { return len(utf16.Encode([]rune(s))) }

func (n *Network) creator(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a, _ := n.who(w, r, 20, "video.publish")
	if a == nil {
		return
	}
	if code, text := n.spam(a); code != "" {
		fail(w, http.StatusOK, code, text) // 200, on purpose
		return
	}
	options := []string{"PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"}
	if a.private {
		options[0] = "FOLLOWER_OF_CREATOR"
	}
	if n.options.Unaudited {
		options = []string{"SELF_ONLY"}
	}
	good(w, map[string]any{"creator_avatar_url": picture(r, a), "creator_username": a.username, "creator_nickname": a.name,
		"privacy_level_options": options, "comment_disabled": a.noComments, "duet_disabled": a.noDuets || a.private, "stitch_disabled": a.noStitches || a.private,
		"max_video_post_duration_sec": a.longest})
}

// spam says why an account may not post today; the lock is held.
func (n *Network) spam(a *account) (code, text string) {
	day := n.now().Add(-24 * time.Hour)
	a.sent = slices.DeleteFunc(a.sent, func(at time.Time) bool { return !at.After(day) })
	switch {
	case a.banned:
		return "spam_risk_user_banned_from_posting", "The user is banned from making new posts."
	case len(a.sent) >= n.options.PostsPerDay:
		return "spam_risk_too_many_posts", "The daily post cap from the API is reached for the current user."
	}
	return "", ""
}

// direct checks what makes a post that goes out by itself. The lock is held.
func (n *Network) direct(w http.ResponseWriter, a *account, i postInfo) bool {
	options := []string{"PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"}
	if a.private {
		options[0] = "FOLLOWER_OF_CREATOR"
	}
	code, text := n.spam(a)
	switch {
	case code != "":
		fail(w, http.StatusForbidden, code, text)
	case n.options.Unaudited && (i.Privacy != "SELF_ONLY" || !a.private):
		fail(w, http.StatusForbidden, "unaudited_client_can_only_post_to_private_accounts", "Please review our integration guidelines.")
	case !slices.Contains(options, i.Privacy):
		fail(w, http.StatusForbidden, "privacy_level_option_mismatch", "The privacy level is not among those of the account.")
	case i.Paid == nil:
		fail(w, http.StatusBadRequest, "invalid_param", "brand_content_toggle is required.")
	case *i.Paid && i.Privacy == "SELF_ONLY":
		fail(w, http.StatusBadRequest, "invalid_param", "Branded content visibility cannot be set to private.")
	default:
		a.sent = append(a.sent, n.now())
		return true
	}
	return false
}

// pending counts a draft; the lock is held.
func (n *Network) pending(w http.ResponseWriter, a *account) bool {
	day := n.now().Add(-24 * time.Hour)
	a.drafts = slices.DeleteFunc(a.drafts, func(at time.Time) bool { return !at.After(day) })
	if len(a.drafts) >= n.options.Pending {
		fail(w, http.StatusForbidden, "spam_risk_too_many_pending_share", "There may be at most 5 pending shares within any 24-hour period.")
		return false
	}
	a.drafts = append(a.drafts, n.now())
	return true
}

func (n *Network) video(w http.ResponseWriter, r *http.Request) {
	n.begin(w, r, "video.publish", false)
}

func (n *Network) inbox(w http.ResponseWriter, r *http.Request) { n.begin(w, r, "video.upload", true) }

// begin gives a video an address that it is put to.
func (n *Network) begin(w http.ResponseWriter, r *http.Request, scope string, draft bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a, _ := n.who(w, r, 6, scope)
	if a == nil {
		return
	}
	var d struct {
		Post   *postInfo  `json:"post_info"`
		Source sourceInfo `json:"source_info"`
	}
	if !read(r, &d) || draft == (d.Post != nil) {
		fail(w, http.StatusBadRequest, "invalid_param", "The body is not what is expected.")
		return
	}
	if problem := d.Source.video(); problem != "" {
		fail(w, http.StatusBadRequest, "invalid_param", problem)
		return
	}
	t := &task{id: "v_inbox_file~v2." + n.next(), owner: a, draft: draft, size: d.Source.Size, chunk: d.Source.Chunk}
	if !draft {
		i := *d.Post
		if runes(i.Title) > captionMost || i.Description != "" || i.Music || i.Cover < 0 {
			fail(w, http.StatusBadRequest, "invalid_param", "The title is too long, or a field is not one of videos.")
			return
		}
		if !n.direct(w, a, i) {
			return
		}
		t.id = "v_pub_file~v2-1." + n.next()
		t.post = post{text: i.Title, privacy: i.Privacy, aigc: i.AIGC, noComments: i.NoComment || a.noComments}
	} else if !n.pending(w, a) {
		return
	}
	t.upload = "Xza" + n.next()
	n.keep(t, "PROCESSING_UPLOAD")
	sandbox.From(r.Context()).Accept(sandbox.Entry{Account: a.id, Object: t.id, Action: sandbox.Upload})
	number := t.id[strings.LastIndex(t.id, ".")+1:]
	good(w, map[string]any{"publish_id": t.id, "upload_url": "http://" + r.Host + "/upload/?upload_id=" + number + "&upload_token=" + t.upload})
}

func (s sourceInfo) video() string {
	switch whole := s.Size < chunkLeast; {
	case s.Source != "FILE_UPLOAD" || s.Photos != nil || s.Cover != 0:
		return "source is FILE_UPLOAD here."
	case s.Size < 1 || s.Size > videoMost:
		return "video_size is 1 byte to 4 GB."
	case whole && s.Chunk != s.Size:
		return "A video of less than 5 MB is uploaded as a whole."
	case !whole && (s.Chunk < chunkLeast || s.Chunk > chunkMost):
		return "chunk_size is 5 to 64 MB."
	case s.Count != s.Size/s.Chunk || s.Count < 1 || s.Count > chunksMost:
		return "The total chunk count is invalid."
	case s.Size-(s.Count-1)*s.Chunk > lastMost:
		return "The last chunk has at most 128 MB."
	}
	return ""
}

// keep remembers a task; the lock is held.
func (n *Network) keep(t *task, state string) {
	t.begun, t.state, t.post.owner = n.now(), state, t.owner
	n.tasks[t.id] = t
}

// photos begins a post of photos, which TikTok fetches from addresses of ours.
func (n *Network) photos(w http.ResponseWriter, r *http.Request) {
	var d struct {
		Kind   string     `json:"media_type"`
		Mode   string     `json:"post_mode"`
		Post   postInfo   `json:"post_info"`
		Source sourceInfo `json:"source_info"`
	}
	known := read(r, &d)
	n.mu.Lock()
	scopes := []string{"video.publish"}
	if d.Mode == "MEDIA_UPLOAD" {
		scopes = []string{"video.upload"}
	}
	a, _ := n.who(w, r, 6, scopes...)
	n.mu.Unlock()
	if a == nil {
		return
	}
	i, s := d.Post, d.Source
	problem := ""
	switch {
	case !known || d.Kind != "PHOTO" || d.Mode != "DIRECT_POST" && d.Mode != "MEDIA_UPLOAD":
		problem = "The body is not what is expected."
	case s.Source != "PULL_FROM_URL" || s.Size != 0 || s.Chunk != 0 || s.Count != 0:
		problem = "source is PULL_FROM_URL for photos."
	case len(s.Photos) < 1 || len(s.Photos) > photosMost || s.Cover < 0 || s.Cover >= int64(len(s.Photos)):
		problem = "photo_images holds 1 to 35 addresses, and photo_cover_index is one of them."
	case runes(i.Title) > titleMost || runes(i.Description) > descriptionMost:
		problem = "The title or the description is too long."
	case i.NoDuet || i.NoStitch || i.AIGC || i.Cover != 0:
		problem = "A field is not one of photos."
	}
	if problem != "" {
		fail(w, http.StatusBadRequest, "invalid_param", problem)
		return
	}
	for _, p := range s.Photos {
		if !n.verified(p) {
			fail(w, http.StatusForbidden, "url_ownership_unverified", "Please review our URL ownership verification rules.")
			return
		}
	}
	reason := n.pull(r.Context(), s.Photos)
	n.mu.Lock()
	defer n.mu.Unlock()
	t := &task{id: "p_pub_url~v2." + n.next(), owner: a, photo: true, draft: d.Mode == "MEDIA_UPLOAD", reason: reason,
		post: post{title: i.Title, text: i.Description, privacy: i.Privacy, photos: len(s.Photos), noComments: i.NoComment || a.noComments}}
	if t.draft && !n.pending(w, a) || !t.draft && !n.direct(w, a, i) {
		return
	}
	n.keep(t, "PROCESSING_DOWNLOAD")
	call := sandbox.From(r.Context())
	call.Accept(sandbox.Entry{Account: a.id, Object: t.id, Action: sandbox.Upload})
	n.arrived(t, call)
	good(w, map[string]any{"publish_id": t.id})
}

// verified says whether an address is one that TikTok knows to be ours.
func (n *Network) verified(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && !(n.options.Plain && u.Scheme == "http") {
		return false
	}
	return len(n.options.Verified) == 0 || slices.ContainsFunc(n.options.Verified, func(p string) bool { return strings.HasPrefix(address, p) })
}

// pull fetches photos, and gives the reason why it came to nothing.
func (n *Network) pull(ctx context.Context, all []string) string {
	fetch := n.options.Fetch
	if fetch == nil {
		fetch = n.fetch
	}
	for _, address := range all {
		kind, size, err := fetch(ctx, address)
		switch {
		case err != nil:
			return "photo_pull_failed"
		case kind != "image/jpeg" && kind != "image/webp":
			return "file_format_check_failed"
		case size < 1 || size > photoMost:
			return "picture_size_check_failed"
		}
	}
	return ""
}
