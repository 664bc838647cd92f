package bluesky

import (
	"encoding/json"
	"net/url"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

// record is what we read of a record: a post, a like, a repost, a follow.
type record struct {
	Text    string    `json:"text,omitempty"`
	Created string    `json:"createdAt,omitempty"`
	Reply   *reply    `json:"reply,omitempty"`
	Subject *subject  `json:"subject,omitempty"`
	Embed   *embedded `json:"embed,omitempty"`
}

// subject is what a like or a follow points at: a record, or a person.
type subject struct {
	URI string `json:"uri"`
}

// UnmarshalJSON takes both forms; what is neither points at nothing.
func (s *subject) UnmarshalJSON(data []byte) error {
	var at struct {
		URI string `json:"uri"`
	}
	if json.Unmarshal(data, &s.URI) != nil && json.Unmarshal(data, &at) == nil {
		s.URI = at.URI
	}
	return nil
}

type embedded struct {
	Images []struct {
		Alt   string `json:"alt"`
		Image struct {
			Ref struct {
				Link string `json:"$link"`
			} `json:"ref"`
		} `json:"image"`
	} `json:"images,omitempty"`
	Video *struct {
		Ref struct {
			Link string `json:"$link"`
		} `json:"ref"`
	} `json:"video,omitempty"`
	Alt      string `json:"alt,omitempty"` // of the video
	External *struct {
		URI string `json:"uri"`
	} `json:"external,omitempty"`
	Media *embedded `json:"media,omitempty"` // of a quote with images
}

// files is how many images and videos a post has.
func (r record) files() int {
	e := r.shown()
	switch {
	case e == nil:
		return 0
	case e.Video != nil:
		return 1
	}
	return len(e.Images)
}

func (r record) shown() *embedded {
	e := r.Embed
	if e != nil && e.Media != nil {
		e = e.Media
	}
	return e
}

// attachments are the images, the video and the link of somebody's post.
func (r record) attachments(did string) []network.Attachment {
	e := r.shown()
	if e == nil {
		return nil
	}
	var all []network.Attachment
	for _, i := range e.Images[:min(len(e.Images), 20)] {
		if link := clip(i.Image.Ref.Link, 128); link != "" {
			all = append(all, network.Attachment{Type: "image", Alt: clip(i.Alt, 8000),
				URL: "https://cdn.bsky.app/img/feed_fullsize/plain/" + did + "/" + link + "@jpeg"})
		}
	}
	if e.Video != nil {
		if link := clip(e.Video.Ref.Link, 128); link != "" {
			all = append(all, network.Attachment{Type: "video", Alt: clip(e.Alt, 8000), URL: "https://video.bsky.app/watch/" + url.PathEscape(did) + "/" + link + "/playlist.m3u8"})
		}
	}
	if e.External != nil && e.External.URI != "" {
		all = append(all, network.Attachment{Type: "link", URL: clip(e.External.URI, 2048)})
	}
	return all
}

// lean keeps of a record what we read, each in bounds.
func (r record) lean() record {
	r.Text, r.Created = clip(r.Text, textMost+1), clip(r.Created, 64)
	if r.Reply != nil {
		r.Reply = &reply{Root: r.Reply.Root.lean(), Parent: r.Reply.Parent.lean()}
	}
	if r.Subject != nil {
		r.Subject = &subject{clip(r.Subject.URI, 2048)}
	}
	if e := r.shown(); e != nil {
		kept := &embedded{}
		for _, i := range e.Images[:min(len(e.Images), 20)] {
			i.Alt, i.Image.Ref.Link = clip(i.Alt, 8000), clip(i.Image.Ref.Link, 128)
			kept.Images = append(kept.Images, i)
		}
		if e.Video != nil {
			film := *e.Video
			film.Ref.Link = clip(film.Ref.Link, 128)
			kept.Video, kept.Alt = &film, clip(e.Alt, 8000)
		}
		if e.External != nil {
			card := *e.External
			card.URI = clip(card.URI, 2048)
			kept.External = &card
		}
		r.Embed = kept
	}
	return r
}

func (s strong) lean() strong { return strong{clip(s.URI, 2048), clip(s.CID, 256)} }

func (p profileView) lean() profileView {
	return profileView{DID: clip(p.DID, 2048), Handle: clip(p.Handle, 253), Name: clip(p.Name, 640), Avatar: clip(p.Avatar, 2048)}
}

func (p profileView) author() network.Author {
	p = p.lean()
	return network.Author{ID: p.DID, Handle: p.Handle, Name: p.Name, AvatarURL: p.Avatar, URL: "https://bsky.app/profile/" + p.DID}
}

// textMost is how many bytes of a text are kept: four times what a post holds.
const textMost = 12000

// clip makes a text from outside safe and at most n bytes long.
func clip(s string, n int) string {
	s = text.Clean(s)
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
