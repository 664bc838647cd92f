package whatsapp

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

const (
	addressLife = 5 * time.Minute
	oursLife    = 30 * 24 * time.Hour
	theirsLife  = 7 * 24 * time.Hour
)

// sort is as what a file can be sent.
func (f *file) sort() string {
	switch kind, _, _ := strings.Cut(f.kind, "/"); {
	case f.kind == "image/webp":
		return "sticker"
	case kind == "image" || kind == "video" || kind == "audio":
		return kind
	}
	return "document"
}

// most is how large a file of a type may be; 0: not at all.
func most(kind string) int {
	switch kind {
	case "image/jpeg", "image/png":
		return 5 << 20
	case "video/mp4", "video/3gpp", "audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg":
		return 16 << 20
	case "image/webp":
		return 500 << 10
	case "application/pdf", "text/plain", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"application/vnd.openxmlformats-officedocument.presentationml.presentation":
		return 100 << 20
	}
	return 0
}

// upload is POST /{number}/media. What a file is, its first bytes say: the type that is claimed must be it.
func (a *ask) upload(x *number) (any, *graph.Fault) {
	if a.p.Get("messaging_product") != "whatsapp" {
		return nil, graph.Invalid("The parameter messaging_product is required.")
	}
	kind, data := a.p.Get("type"), a.p.File
	is, _, _ := strings.Cut(http.DetectContentType(data), ";")
	if len(data) == 0 {
		return nil, graph.Invalid("The parameter file is required.")
	}
	if most(kind) == 0 || strings.HasPrefix(kind, "image/") && is != kind {
		return nil, graph.Invalid("Param file must be a file with one of the following types: audio/aac, audio/mp4, audio/mpeg, audio/amr, audio/ogg, application/pdf, text/plain, image/jpeg, image/png, image/webp, video/mp4, video/3gpp. Received file of type '%s'.", is)
	}
	if len(data) > most(kind) {
		return nil, graph.No(http.StatusBadRequest, 131053, 0, "(#131053) Media upload error: the file is too large")
	}
	f := a.n.keep(x, kind, data, a.now.Add(oursLife))
	a.call.Accept(sandbox.Entry{Account: x.id, Action: sandbox.Upload, Object: f.id})
	return map[string]any{"id": f.id}, nil
}

func (n *Network) keep(x *number, kind string, data []byte, until time.Time) *file {
	f := &file{id: n.number(), kind: kind, data: data, of: x, until: until}
	n.files[f.id] = f
	return f
}

// onFile is GET /{file}: where it can be fetched for five minutes.
func (a *ask) onFile(f *file) (any, *graph.Fault) {
	if err := a.may(f.of.of, "whatsapp_business_messaging"); err != nil {
		return nil, err
	}
	if of := a.p.Get("phone_number_id"); !a.isGet() || a.now.After(f.until) || of != "" && of != f.of.id {
		return nil, graph.Missing(a.p.Method, a.id)
	}
	f.hash, f.address = graph.Opaque(a.n.random, "ATv", 32), a.now
	sum := sha256.Sum256(f.data)
	return map[string]any{"messaging_product": "whatsapp", "id": f.id, "mime_type": f.kind, "file_size": strconv.Itoa(len(f.data)), "sha256": hex.EncodeToString(sum[:]),
		"url": a.base + "/whatsapp_business/attachments/?mid=" + f.id + "&ext=" + strconv.FormatInt(a.now.Add(addressLife).Unix(), 10) + "&hash=" + f.hash}, nil
}

// download gives a file, to who has the token and while its address is good.
func (n *Network) download(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	q := r.URL.Query()
	f, ok := n.files[q.Get("mid")]
	t, known := n.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	good := ok && known && !t.Revoked && f.hash != "" && f.hash == q.Get("hash") && n.stage.Clock.Now().Sub(f.address) < addressLife
	n.mu.Unlock()
	if !good {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(f.data)))
	w.Write(f.data) //nolint:gosec // a pretended network gives back what it was given
}
