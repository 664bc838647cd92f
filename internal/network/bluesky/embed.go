package bluesky

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

type image struct {
	Alt   string          `json:"alt"`
	Image json.RawMessage `json:"image"`
	Ratio *ratio          `json:"aspectRatio,omitempty"`
}

type ratio struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

type imagesEmbed struct {
	Type   string  `json:"$type"`
	Images []image `json:"images"`
}

type videoEmbed struct {
	Type     string          `json:"$type"`
	Video    json.RawMessage `json:"video"`
	Captions []caption       `json:"captions,omitempty"`
	Alt      string          `json:"alt,omitempty"`
	Ratio    *ratio          `json:"aspectRatio,omitempty"`
}

type externalEmbed struct {
	Type     string `json:"$type"`
	External struct {
		URI         string `json:"uri"`
		Title       string `json:"title"`
		Description string `json:"description"`
	} `json:"external"`
}

// embed is the images or the video of a part, else the card of its link, else nil.
func embed(part network.Part, files []handed) (any, error) {
	if len(files) != len(part.Media) {
		return nil, fault.New(fault.Internal, "files that were not handed over")
	}
	if len(part.Media) > 0 {
		all := imagesEmbed{Type: "app.bsky.embed.images"}
		for i, m := range part.Media {
			if m.Video() {
				return videoEmbed{Type: "app.bsky.embed.video", Video: files[i].Blob, Captions: files[i].captions(), Alt: m.Alt, Ratio: shape(m)}, nil
			}
			all.Images = append(all.Images, image{Alt: m.Alt, Image: files[i].Blob, Ratio: shape(m)})
		}
		return all, nil
	}
	if part.Link == "" {
		return nil, nil
	}
	u, err := url.Parse(part.Link)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, fault.New(fault.Invalid, "The link is not a web address.").WithHint("It starts with https://.").On("link")
	}
	card := externalEmbed{Type: "app.bsky.embed.external"}
	card.External.URI = part.Link
	card.External.Title = strings.TrimPrefix(u.Host, "www.") + strings.TrimSuffix(u.EscapedPath(), "/")
	return card, nil
}

// shape is the aspect of a file, where we know it.
func shape(m network.Media) *ratio {
	if m.Width <= 0 || m.Height <= 0 {
		return nil
	}
	return &ratio{m.Width, m.Height}
}

// plainBlob keeps of a blob what belongs to it: a field nobody announced would
// change the record and with it the post's identity.
func plainBlob(given json.RawMessage) (json.RawMessage, error) {
	var b struct {
		Type string `json:"$type"`
		Ref  struct {
			Link string `json:"$link"`
		} `json:"ref"`
		Mime string `json:"mimeType"`
		Size int64  `json:"size"`
	}
	if json.Unmarshal(given, &b) != nil || b.Ref.Link == "" {
		return nil, fault.New(fault.Unavailable, "Bluesky answered something we do not understand.")
	}
	b.Type = "blob"
	return json.Marshal(b)
}
