package graph

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/kithhq/kith/internal/sandbox"
)

// Upload is a file that arrives at Meta's host for uploads, as far as it has come: counted, and not kept but for its beginning.
type Upload struct {
	Size, Bytes int64
	Pieces      []sandbox.Piece
	Data        []byte // its beginning
	Closed      bool   // it takes nothing, or nothing more
}

// keepMost is how much of a file is kept: what is looked at, and a preview.
const keepMost = 1 << 20

// Whole is a piece that is there already.
func Whole(data []byte) sandbox.Piece {
	piece, _ := sandbox.Receive(bytes.NewReader(data), keepMost) // what is in memory can be read
	return piece
}

// Add keeps count of what has arrived.
func (u *Upload) Add(piece sandbox.Piece) {
	u.Pieces = append(u.Pieces, piece)
	u.Data = append(u.Data, piece.Head[:min(len(piece.Head), max(keepMost-len(u.Data), 0))]...)
	u.Bytes += piece.Bytes
}

// Readable says whether a video can be read at all, which shows only after it was worked on: by its first bytes, and no mark of a test.
func (u *Upload) Readable() bool {
	return len(u.Data) >= 12 && string(u.Data[4:8]) == "ftyp" && !bytes.Contains(u.Data, []byte("kith:unreadable"))
}

// Receive is POST rupload.facebook.com: the bytes from the offset on; what arrived is kept, also of a connection that broke. open gives,
// with the lock held, what a token may upload to, nil for nothing; done is called, with the lock held, when all has arrived.
func Receive(w http.ResponseWriter, r *http.Request, lock sync.Locker, open func(token string) *Upload, done func()) {
	refuse := func(kind string, again bool) {
		text := map[bool]string{true: "Partial request", false: "Request processing failed"}[again]
		Write(w, http.StatusBadRequest, map[string]any{"debug_info": map[string]any{"retriable": again, "type": kind, "message": text}})
	}
	token := strings.TrimPrefix(strings.TrimPrefix(r.Header.Get("Authorization"), "OAuth "), "Bearer ")
	offset, err := strconv.ParseInt(r.Header.Get("offset"), 10, 64)
	size, sizeErr := strconv.ParseInt(r.Header.Get("file_size"), 10, 64)
	lock.Lock()
	u := open(token)
	bad := ""
	switch {
	case r.Method != http.MethodPost:
		bad = "NotAllowed"
	case u == nil:
		bad = "NotAuthorizedError"
	case err != nil || sizeErr != nil || size <= 0 || offset < 0 || offset > size:
		bad = "InvalidHeaderError"
	case u.Closed || offset != u.Bytes || u.Size != 0 && u.Size != size:
		bad = "OffsetInvalidError"
	default:
		u.Size = size
	}
	lock.Unlock()
	if bad != "" {
		refuse(bad, false)
		return
	}
	piece, err := sandbox.Receive(io.LimitReader(r.Body, size-offset+1), keepMost)
	lock.Lock()
	defer lock.Unlock()
	if u.Closed || offset != u.Bytes { // another came first
		refuse("OffsetInvalidError", false)
		return
	}
	if u.Add(piece); err != nil || u.Bytes != size {
		refuse("PartialRequestError", true)
		return
	}
	u.Closed = true
	done()
	Write(w, http.StatusOK, map[string]any{"success": true, "message": "Upload successful."})
}
