package linkedin

import (
	"bytes"
	"image"
	_ "image/gif"  // what LinkedIn reads
	_ "image/jpeg" // as well
	_ "image/png"  // as well
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// The limits of files, as the documentation has them.
const (
	pixelsMost = 36_152_320 // less than that
	videoLeast = 75_000
	videoMost  = 500 << 20
	imageMost  = 100 << 20 // no number is documented
	paperMost  = 100_000_000
)

// file is an image, a video or a document that was announced.
type file struct {
	urn, kind, owner string
	size             int64 // as announced; of a video
	token            string
	parts            []*upload
	finalized        bool
	ready            time.Time // zero: waits for its upload
	failed           string
	captions         string // where its subtitles go; "" where none were announced
	captioned        bool
	face             string // where its cover goes; "" where none was announced
	cover            []byte
}

// upload is an address that takes a file or a part of one.
type upload struct {
	file        *file
	secret      string
	first, last int64
	until       time.Time
	tag         string
	got         bool
	piece       sandbox.Piece // of a video
}

func (f *file) status(now time.Time) string {
	switch {
	case f.ready.IsZero():
		return "WAITING_UPLOAD"
	case now.Before(f.ready):
		return "PROCESSING"
	case f.failed != "":
		return "PROCESSING_FAILED"
	}
	return "AVAILABLE"
}

// filesAt is /rest/images, /rest/videos and /rest/documents.
func (a *ask) filesAt() (any, *fault) {
	kind := strings.TrimSuffix(a.path[0], "s")
	switch {
	case len(a.path) == 2 && a.r.Method == http.MethodGet:
		return a.oneFile(kind)
	case len(a.path) == 1 && a.r.Method == http.MethodPost && a.query.Get("action") == "initializeUpload":
		return a.announce(kind)
	case len(a.path) == 1 && a.r.Method == http.MethodPost && kind == "video" && a.query.Get("action") == "finalizeUpload":
		return nil, a.finalize()
	}
	return nil, badRequest("No method for %s", a.path[0])
}

func (a *ask) oneFile(kind string) (any, *fault) {
	f, ok := a.n.files[a.path[1]]
	if !ok || f.kind != kind {
		return nil, nothing()
	}
	// With the permission to post as a member alone, an image cannot be looked at.
	if strings.HasPrefix(f.owner, personPrefix) && !a.token.has("r_member_social", "r_member_social_feed", "w_member_social_feed", "r_basicprofile") {
		return nil, denied("Accessing this " + kind + " resource is forbidden. Please check your permissions for this resource")
	}
	if flt := a.writes(f.owner); flt != nil {
		return nil, flt
	}
	v := map[string]any{"id": f.urn, "owner": f.owner, "status": f.status(a.now)}
	if f.failed != "" && kind == "video" && v["status"] == "PROCESSING_FAILED" { // of images no reason is documented
		v["processingFailureReason"] = f.failed
	}
	return v, nil
}

// announce gives the addresses that take a file.
func (a *ask) announce(kind string) (any, *fault) {
	var body struct {
		Request *struct {
			Owner           string `json:"owner"`
			FileSizeBytes   *int64 `json:"fileSizeBytes"`
			UploadCaptions  *bool  `json:"uploadCaptions"`
			UploadThumbnail *bool  `json:"uploadThumbnail"`
		} `json:"initializeUploadRequest"`
	}
	if f := a.told(&body); f != nil {
		return nil, f
	}
	if body.Request == nil {
		return nil, missing("initializeUploadRequest")
	}
	r := body.Request
	if f := a.writes(r.Owner); f != nil {
		return nil, f
	}
	f := &file{urn: "urn:li:" + kind + ":" + a.n.opaque("D4E10AQ", 16), kind: kind, owner: r.Owner}
	base := "http://" + a.r.Host + "/dms-uploads/"
	if kind != "video" {
		if r.FileSizeBytes != nil || r.UploadCaptions != nil || r.UploadThumbnail != nil {
			return nil, no(http.StatusUnprocessableEntity, "", "ERROR :: /initializeUploadRequest/fileSizeBytes :: unrecognized field found but not allowed\n")
		}
		u := a.n.address(f, 0, f.most()-1, 24*time.Hour)
		a.n.files[f.urn] = f
		a.call.Accept(sandbox.Entry{Account: f.owner, Object: f.urn})
		return map[string]any{"value": map[string]any{"uploadUrlExpiresAt": u.until.UnixMilli(), "uploadUrl": base + u.secret, kind: f.urn}}, nil
	}
	if r.FileSizeBytes == nil || r.UploadCaptions == nil || r.UploadThumbnail == nil {
		return nil, missing("initializeUploadRequest/fileSizeBytes")
	}
	if f.size = *r.FileSizeBytes; f.size < videoLeast || f.size > videoMost {
		return nil, wrong("fileSizeBytes", strconv.FormatInt(f.size, 10))
	}
	f.token = a.n.opaque("", 24)
	instructions := []any{}
	for from := int64(0); from < f.size; from += a.n.options.PartBytes {
		u := a.n.address(f, from, min(from+a.n.options.PartBytes, f.size)-1, 30*24*time.Hour)
		instructions = append(instructions, map[string]any{"uploadUrl": base + u.secret, "firstByte": u.first, "lastByte": u.last})
	}
	value := map[string]any{"uploadUrlsExpireAt": f.parts[0].until.UnixMilli(), "video": f.urn, "uploadInstructions": instructions, "uploadToken": f.token}
	if *r.UploadCaptions {
		f.captions = "captions-" + a.n.opaque("", 40)
		a.n.spoken[f.captions] = f
		value["captionsUploadUrl"] = base + f.captions
	}
	if *r.UploadThumbnail {
		f.face = "thumbnail-" + a.n.opaque("", 40)
		a.n.faces[f.face] = f
		value["thumbnailUploadUrl"] = base + f.face
	}
	a.n.files[f.urn] = f
	a.call.Accept(sandbox.Entry{Account: f.owner, Object: f.urn})
	return map[string]any{"value": value}, nil
}

// most is how much an image or a document may weigh.
func (f *file) most() int64 {
	if f.kind == "document" {
		return paperMost
	}
	return imageMost
}

func (n *Network) address(f *file, first, last int64, lasts time.Duration) *upload {
	u := &upload{file: f, secret: f.kind + "-" + n.opaque("", 40) + "/uploaded?sig=" + n.opaque("", 60), first: first, last: last, until: n.now().Add(lasts)}
	u.secret = strings.ReplaceAll(u.secret, "?sig=", "-")
	f.parts = append(f.parts, u)
	n.uploads[u.secret] = u
	return u
}

// receive takes an image or a document with a token, or a part of a video without one.
func (n *Network) receive(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		n.hear(w, r)
		return
	}
	if n.face(w, r) {
		return
	}
	n.mu.Lock()
	u, ok := n.uploads[strings.TrimPrefix(r.URL.Path, "/dms-uploads/")]
	now := n.now()
	n.mu.Unlock()
	signed := r.Header.Get("Authorization") != ""
	switch {
	case r.Method != http.MethodPut || !ok:
		http.Error(w, "not found", http.StatusNotFound)
		return
	case u.file.kind == "video" && signed:
		http.Error(w, "this address takes no token", http.StatusUnauthorized)
		return
	case !now.Before(u.until):
		n.fail(w, no(http.StatusBadRequest, "EXPIRED_UPLOAD_URL", "The upload URL is expired"))
		return
	case r.ContentLength <= 0:
		http.Error(w, "Length Required", http.StatusLengthRequired)
		return
	case r.ContentLength > u.last-u.first+1:
		n.fail(w, no(http.StatusRequestEntityTooLarge, "REQUEST_ENTITY_TOO_LARGE", "too large"))
		return
	}
	if u.file.kind != "video" {
		n.mu.Lock()
		_, f := n.bearer(r, sandbox.From(r.Context()))
		n.mu.Unlock()
		if f != nil {
			n.fail(w, f)
			return
		}
	}
	most := int64(0) // a part of a video is counted, and not kept
	if u.file.kind != "video" {
		most = u.file.most()
	}
	piece, err := sandbox.Receive(r.Body, most)
	if err != nil || piece.Bytes != r.ContentLength {
		http.Error(w, "the body was cut off", http.StatusBadRequest)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if u.file.kind == "video" {
		if piece.Bytes != u.last-u.first+1 {
			http.Error(w, "not the announced length", http.StatusBadRequest)
			return
		}
		u.got, u.piece, u.tag = true, piece, "/ambry-video/signedId/"+u.secret[len(u.secret)-20:]
		w.Header().Set("ETag", u.tag)
		sandbox.From(r.Context()).Accept(sandbox.Entry{Account: u.file.owner, Object: u.file.urn, Text: strconv.FormatInt(u.first, 10)})
		w.WriteHeader(http.StatusOK)
		return
	}
	n.looked(u.file, piece.Head)
	sandbox.From(r.Context()).Accept(sandbox.Entry{Account: u.file.owner, Object: u.file.urn})
	w.WriteHeader(http.StatusCreated)
}

// looked says what becomes of an image or a document.
func (n *Network) looked(f *file, data []byte) {
	f.failed = ""
	f.ready = n.now().Add(n.takes(2 * time.Second))
	if f.kind == "document" {
		if !paper(data) {
			f.failed = "UNSUPPORTED_FORMAT"
		}
		return
	}
	config, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || !slices.Contains([]string{"jpeg", "png", "gif"}, kind) || config.Width*config.Height >= pixelsMost {
		f.failed = "UNSUPPORTED_FORMAT"
	}
}

func (n *Network) takes(usual time.Duration) time.Duration {
	if n.options.Processing > 0 {
		return n.options.Processing
	}
	return usual
}

// finalize joins the parts of a video. Doing it twice is refused: nothing says that it may be.
func (a *ask) finalize() *fault {
	var body struct {
		Request *struct {
			Video           string   `json:"video"`
			UploadToken     *string  `json:"uploadToken"`
			UploadedPartIDs []string `json:"uploadedPartIds"`
		} `json:"finalizeUploadRequest"`
	}
	if f := a.told(&body); f != nil {
		return f
	}
	if body.Request == nil || body.Request.UploadToken == nil {
		return missing("finalizeUploadRequest/uploadToken")
	}
	f, ok := a.n.files[body.Request.Video]
	if !ok || f.kind != "video" {
		return nothing()
	}
	if flt := a.writes(f.owner); flt != nil {
		return flt
	}
	if f.finalized {
		return badRequest("The video was finalized already")
	}
	if *body.Request.UploadToken != f.token || len(body.Request.UploadedPartIDs) != len(f.parts) {
		return badRequest("Invalid upload token or number of parts")
	}
	for i, u := range f.parts {
		if !u.got || u.tag != body.Request.UploadedPartIDs[i] {
			return badRequest("Part %d is not what was uploaded", i)
		}
	}
	if f.captions != "" && !f.captioned { // what happens then is not written: it is not finished
		return badRequest("The captions that were announced are not there")
	}
	if f.face != "" && f.cover == nil { // nor this
		return badRequest("The thumbnail that was announced is not there")
	}
	if a.n.options.Refused {
		f.failed = "PROCESSING_ERROR"
	}
	f.finalized, f.ready = true, a.now.Add(a.n.takes(20*time.Second))
	a.call.Accept(sandbox.Entry{Account: f.owner, Object: f.urn})
	empty(a.w, http.StatusOK)
	return nil
}

// fitsFile says whether a file may stand in a post of an author.
func (a *ask) fitsFile(author, id, alt, title string, kinds ...string) *fault {
	f, ok := a.n.files[id]
	if !ok || !slices.Contains(kinds, f.kind) {
		return no(http.StatusBadRequest, "INVALID_IMAGE_ID", "This Image ID is invalid")
	}
	switch {
	case f.owner != author:
		return denied("Accessing this image resource is forbidden. Please check your permissions for this resource")
	case length(alt) > altMost:
		return tooLong("altText", length(alt), altMost)
	case f.kind == "document" && strings.TrimSpace(title) == "": // nothing says that it may be left out
		return no(http.StatusBadRequest, "MISSING_FIELD", "content/media/title is required but missing")
	}
	switch f.status(a.now) {
	case "WAITING_UPLOAD":
		return no(http.StatusBadRequest, "MEDIA_ASSET_WAITING_UPLOAD", "Media asset is waiting upload")
	case "PROCESSING_FAILED":
		return no(http.StatusBadRequest, "MEDIA_ASSET_PROCESSING_FAILED", "Media asset failed processing")
	case "PROCESSING":
		if f.kind == "video" { // an image may still be at work: the post is seen when it is done
			return no(http.StatusBadRequest, "MEDIA_ASSET_WAITING_UPLOAD", "Media asset is waiting upload")
		}
	}
	return nil
}

// Handed gives the parts of the newest video that has come in whole, in order.
func (n *Network) Handed() (all []sandbox.Piece) {
	n.mu.Lock()
	defer n.mu.Unlock()
	newest := &file{}
	for _, f := range n.files {
		if f.kind == "video" && f.finalized && f.ready.After(newest.ready) {
			newest = f
		}
	}
	for _, u := range newest.parts {
		all = append(all, u.piece)
	}
	return all
}
