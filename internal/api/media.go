package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/kithhq/kith/internal/access"
)

// Media is an uploaded file.
type Media struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Type   string `json:"type" enum:"image/jpeg,image/png,image/webp,image/gif"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Bytes  int64  `json:"bytes"`
	Alt    string `json:"alt"`
}

// Alt describes a file for people who cannot see it.
type Alt struct {
	Alt string `json:"alt" maxLength:"10000"`
}

func (d *Door) media() {
	raw(d, route{id: "POST /media", name: "uploadMedia", verb: access.Compose, summary: "Upload an image",
		notes: "The type is read from the bytes. Where a photo was taken is removed from JPEG files."}, func(op *huma.Operation) {
		takes(op, "multipart/form-data", &huma.Schema{Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{
			"file": {Type: huma.TypeString, Format: "binary"},
			"alt":  {Type: huma.TypeString, MaxLength: new(10000)},
		}})
		gives(op, 200, "application/json", d.schema(typeOf[Media]()))
	}, soonRaw)
	raw(d, route{id: "GET /media/{id}", name: "getMedia", verb: access.Read, summary: "The file itself"}, func(op *huma.Operation) {
		binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
		for _, t := range []string{"image/jpeg", "image/png", "image/webp", "image/gif"} {
			if op.Responses["200"] == nil {
				gives(op, 200, t, binary)
			}
			op.Responses["200"].Content[t] = &huma.MediaType{Schema: binary}
		}
	}, soonRaw)
	on(d, route{id: "PATCH /media/{id}", name: "describeMedia", verb: access.Compose, summary: "Describe a file"}, soon[with[Alt], Media])
}

func soonRaw(http.ResponseWriter, *http.Request, access.Actor) error {
	_, err := soon[none, none](nil, access.Actor{}, nil)
	return err
}
