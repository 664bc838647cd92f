package pinterest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// The steps of a pin.
const (
	stepUpload  = "upload"
	stepProcess = "process"
	stepPublish = "publish"
	stepSave    = "save"
)

// The names of what is chosen for a pin.
const (
	optionBoard   = "board"
	optionSection = "section"
)

// place is what is remembered of a video between two acts.
type place struct {
	Media  string            `json:"media,omitempty"`
	URL    string            `json:"url,omitempty"`
	Fields map[string]string `json:"fields,omitempty"`
	// Bare: the video goes out without its cover.
	Bare *network.Uncovered `json:"bare,omitempty"`
}

func (p place) step(name string, public bool) network.Step {
	data, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings alone
	}
	return network.Step{Name: name, State: data, Public: public, Uncovered: p.Bare}
}

// Step does the next act of a pin: images go along with it; a video is registered,
// handed over and worked on before.
func (d *Driver) Step(ctx context.Context, conn network.Conn, part network.Part) (network.Stepped, error) {
	if err := d.takes(conn, part); err != nil {
		return network.Stepped{}, err
	}
	var p place
	if len(part.Step.State) > 0 && json.Unmarshal(part.Step.State, &p) != nil {
		return network.Stepped{}, fault.New(fault.Internal, "reading how far a pin has come")
	}
	switch part.Step.Name {
	case stepUpload:
		return d.upload(ctx, part, p)
	case stepProcess:
		return d.processed(ctx, conn, part, p)
	case stepPublish:
		sent, err := d.pin(ctx, conn, part, p)
		if part.Media[0].Cover != nil && p.Bare == nil && fault.Is(err, fault.Invalid) { // it may be the picture: nothing is there yet
			p.Bare = network.Bare(part, err)
			return network.Stepped{Step: p.step(stepPublish, true)}, nil
		}
		return network.Stepped{Sent: &sent}, err
	case stepSave:
		sent, err := d.save(ctx, conn, part)
		return network.Stepped{Sent: &sent}, err
	}
	if part.Kind == network.PassedOn {
		return network.Stepped{Step: p.step(stepSave, true)}, nil
	}
	if !part.Media[0].Video() {
		return network.Stepped{Step: p.step(stepPublish, true)}, nil
	}
	return d.register(ctx, conn)
}

// takes refuses what Pinterest never takes, before it is asked.
func (d *Driver) takes(conn network.Conn, part network.Part) error {
	if err := network.Refusal(d.limits(conn), part); err != nil {
		return err
	}
	if part.Kind != network.PassedOn && len(part.Media) == 0 {
		return fault.New(fault.Invalid, "A pin needs a picture or a video.").WithHint("Add one.").On("media")
	}
	if !number.MatchString(part.Options[optionBoard]) {
		return fault.New(fault.Invalid, "No board is chosen.").WithHint("Choose the board that the pin is put on.").On("options")
	}
	if section := part.Options[optionSection]; section != "" && !number.MatchString(section) {
		return fault.New(fault.Invalid, "Pinterest does not know this section of the board.").WithHint("Choose the section anew.").On("options")
	}
	if part.Kind == network.PassedOn {
		_, err := passes(part)
		return err
	}
	if part.Link != "" {
		if u, err := url.Parse(part.Link); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(part.Link) > 2048 {
			return fault.New(fault.Invalid, "The link is not a web address.").WithHint("It starts with https://.").On("link")
		}
	}
	return nil
}

func (d *Driver) register(ctx context.Context, conn network.Conn) (network.Stepped, error) {
	a := ask{method: http.MethodPost, path: "/media", body: map[string]string{"media_type": "video"}, harmless: true}
	var got struct {
		ID     string            `json:"media_id"`
		URL    string            `json:"upload_url"`
		Fields map[string]string `json:"upload_parameters"`
	}
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return network.Stepped{}, err
	}
	if u, err := url.Parse(got.URL); err != nil || u.Host == "" || !number.MatchString(got.ID) || len(got.Fields) > 20 {
		return network.Stepped{}, a.misunderstood()
	}
	return network.Stepped{Step: place{Media: got.ID, URL: got.URL, Fields: got.Fields}.step(stepUpload, false)}, nil
}

// processed asks whether Pinterest is done with a video.
func (d *Driver) processed(ctx context.Context, conn network.Conn, part network.Part, p place) (network.Stepped, error) {
	a := ask{path: "/media/" + p.Media}
	var got struct {
		Status string `json:"status"`
	}
	_, err := d.call(ctx, conn, a, &got)
	if fault.Is(err, fault.NotFound) {
		return network.Stepped{Step: network.Step{Name: network.Begun}, Wait: 5 * time.Second}, nil // it was forgotten there
	}
	if err != nil {
		return network.Stepped{}, err
	}
	switch got.Status {
	case "succeeded":
		return network.Stepped{Step: p.step(stepPublish, true)}, nil
	case "failed":
		return network.Stepped{}, fault.New(fault.Invalid, "Pinterest could not read the video.").WithHint("Save it as MP4 with H.264 and AAC.").On("media")
	case "registered":
		return network.Stepped{Step: p.step(stepUpload, false)}, nil
	case "processing":
		return network.Stepped{Step: p.step(stepProcess, false), Wait: 10 * time.Second}, nil
	}
	return network.Stepped{}, a.misunderstood()
}

// pin makes the pin: the one act that can be seen.
func (d *Driver) pin(ctx context.Context, conn network.Conn, part network.Part, p place) (network.Sent, error) {
	body, length, err := pinBody(part, p)
	if err != nil {
		return network.Sent{}, err
	}
	a := ask{method: http.MethodPost, path: "/pins", stream: body, length: length}
	var made pinned
	at, err := d.call(ctx, conn, a, &made)
	if err != nil {
		return network.Sent{}, err
	}
	if !number.MatchString(made.ID) {
		return network.Sent{}, a.misunderstood()
	}
	return network.Sent{Ref: network.Ref{ID: made.ID, URL: address(made.ID)}, At: at}, nil
}

func address(id string) string { return "https://www.pinterest.com/pin/" + id + "/" }

// pinBody is the JSON of a pin, with its images encoded while they are read, and
// how long it is.
func pinBody(part network.Part, p place) (io.Reader, int64, error) {
	pin := map[string]any{"board_id": part.Options[optionBoard], "description": part.Text}
	if section := part.Options[optionSection]; section != "" {
		pin["board_section_id"] = section
	}
	if part.Title != "" {
		pin["title"] = part.Title
	}
	if part.Link != "" {
		pin["link"] = part.Link
	}
	if alt := part.Media[0].Alt; alt != "" {
		pin["alt_text"] = alt
	}
	const hole = "\x01" // stands where an image's bytes will be; no text of ours has it
	filling := part.Media
	switch {
	case part.Media[0].Video():
		source := map[string]any{"source_type": "video_id", "media_id": p.Media, "cover_image_key_frame_time": 0}
		if cover := part.Media[0].Cover; cover != nil && p.Bare == nil {
			delete(source, "cover_image_key_frame_time")
			source["cover_image_content_type"], source["cover_image_data"] = cover.Type, hole
			filling = []network.Media{*cover}
		}
		pin["media_source"] = source
	case len(part.Media) == 1:
		pin["media_source"] = map[string]any{"source_type": "image_base64", "content_type": part.Media[0].Type, "data": hole}
	default:
		items := make([]any, len(part.Media))
		for i, m := range part.Media {
			item := map[string]any{"content_type": m.Type, "data": hole}
			if m.Alt != "" {
				item["description"] = m.Alt // of one image among several there is no other place
			}
			items[i] = item
		}
		pin["media_source"] = map[string]any{"source_type": "multiple_image_base64", "items": items}
	}
	data, err := json.Marshal(pin)
	if err != nil {
		return nil, 0, fault.Wrap(fault.Internal, err, "writing a pin")
	}
	pieces := bytes.Split(data, []byte(`"\u0001"`))
	if len(pieces) == 1 {
		return bytes.NewReader(data), int64(len(data)), nil
	}
	if len(pieces) != len(filling)+1 {
		return nil, 0, fault.New(fault.Invalid, "The text has signs that cannot be sent.").WithHint("Write it anew.").On("text")
	}
	var all []io.Reader
	length := int64(0)
	for i, piece := range pieces {
		if i > 0 {
			m := filling[i-1]
			all = append(all, bytes.NewReader([]byte(`"`)), &encoded{open: m.Open}, bytes.NewReader([]byte(`"`)))
			length += 2 + int64(base64.StdEncoding.EncodedLen(int(m.Bytes)))
		}
		all = append(all, bytes.NewReader(piece))
		length += int64(len(piece))
	}
	return io.MultiReader(all...), length, nil
}

// encoded gives the base64 of a file, piece by piece, opened when it is wanted.
type encoded struct {
	open  func() (network.ReadCloser, error)
	file  network.ReadCloser
	ready []byte
	end   error
}

func (e *encoded) Read(into []byte) (int, error) {
	for len(e.ready) == 0 {
		if e.end != nil {
			return 0, e.end
		}
		if e.file == nil {
			file, err := e.open()
			if err != nil {
				return 0, err
			}
			e.file = file
		}
		raw := make([]byte, 48<<10) // a multiple of three: pieces join without a seam
		n, err := io.ReadFull(e.file, raw)
		if err != nil {
			e.end = io.EOF
			if closed := e.file.Close(); err != io.EOF && err != io.ErrUnexpectedEOF { //nolint:errorlint // ReadFull gives them itself
				e.end = err
			} else if closed != nil {
				e.end = closed
			}
		}
		e.ready = base64.StdEncoding.AppendEncode(nil, raw[:n])
	}
	n := copy(into, e.ready)
	e.ready = e.ready[n:]
	return n, nil
}
