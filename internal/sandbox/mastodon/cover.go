package mastodon

import (
	"bytes"
	"image"
	"net/http"
	"strconv"
)

// cover gives a file the picture that stands for it. GoToSocial takes no notice.
func (n *Network) cover(f *file, picture []byte) *problem {
	if picture == nil || n.options.GoToSocial {
		return nil
	}
	size, kind, err := image.DecodeConfig(bytes.NewReader(picture))
	switch {
	case err != nil && n.options.Unread:
	case err != nil:
		return &problem{status: http.StatusInternalServerError, text: unprocessed}
	case kind != "jpeg" && kind != "png": // harsher than life
		return n.invalid("Thumbnail content type is invalid")
	case int64(len(picture)) > n.options.ImageLimit:
		return n.invalid("Thumbnail file size must be less than or equal to %d MB", n.options.ImageLimit>>20)
	case size.Width*size.Height > matrixLimit:
		return n.invalid("Thumbnail %dx%d images are not supported", size.Width, size.Height)
	}
	f.thumbnail = picture
	return nil
}

func (n *Network) thumbnailFile(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	n.mu.Lock()
	f := n.media[id]
	n.mu.Unlock()
	if f == nil || f.thumbnail == nil {
		refuse(w, missing())
		return
	}
	w.Header().Set("Content-Type", http.DetectContentType(f.thumbnail))
	w.Write(f.thumbnail)
}
