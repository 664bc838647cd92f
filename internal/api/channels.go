package api

import (
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/network"
)

// Network is what a network says of itself.
type Network struct {
	Name     network.Name  `json:"name"`
	Label    string        `json:"label"`
	Fields   List[Setting] `json:"fields" doc:"What the form asks to connect an account."`
	Limits   Limits        `json:"limits"`
	Actions  List[Ability] `json:"actions"`
	Evidence string        `json:"evidence" doc:"What the driver was proved on."`
	AsOf     string        `json:"as_of"`
}

// Setting is one field of the form that connects an account.
type Setting struct {
	Name     string `json:"name"`
	Label    string `json:"label"`
	Help     string `json:"help"`
	Secret   bool   `json:"secret"`
	Required bool   `json:"required"`
	Kind     string `json:"kind" enum:"text,url,password"`
	Default  string `json:"default,omitempty"`
}

// Ability says whether a network can do something, and what to do if it cannot.
type Ability struct {
	Action  string `json:"action"`
	Can     bool   `json:"can"`
	Why     string `json:"why,omitempty"`
	Instead string `json:"instead,omitempty"`
}

// Limits are what a network takes.
type Limits struct {
	Text   TextLimit  `json:"text"`
	Media  MediaLimit `json:"media"`
	Thread bool       `json:"thread"`
}

// TextLimit is how much text, and counted how.
type TextLimit struct {
	Max       int    `json:"max"`
	Unit      string `json:"unit" enum:"graphemes,code_points,mastodon,utf16"`
	MaxBytes  int    `json:"max_bytes,omitempty"`
	URLLength int    `json:"url_length,omitempty" doc:"Every link counts as this many; absent: as it is."`
}

// MediaLimit is what files a part may carry.
type MediaLimit struct {
	MaxItems int        `json:"max_items"`
	Image    ImageLimit `json:"image"`
	AltMax   int        `json:"alt_max"`
}

// ImageLimit is what an image may be.
type ImageLimit struct {
	MaxBytes  int64        `json:"max_bytes"`
	MaxPixels int64        `json:"max_pixels,omitempty"`
	Types     List[string] `json:"types"`
}

// Channel is one connected account.
type Channel struct {
	ID            string       `json:"id"`
	Network       network.Name `json:"network"`
	Handle        string       `json:"handle"`
	Name          string       `json:"name"`
	AvatarURL     string       `json:"avatar_url"`
	URL           string       `json:"url"`
	Health        Health       `json:"health"`
	Limits        Limits       `json:"limits"`
	CompleteUntil *time.Time   `json:"complete_until" doc:"Everything up to here has been heard; null = not known."`
}

// Health is how a connection is, and what to do.
type Health struct {
	State     string     `json:"state" enum:"ok,warn,broken"`
	Text      string     `json:"text"`
	Fix       string     `json:"fix"`
	CheckedAt *time.Time `json:"checked_at"`
}

// Connect connects an account by the fields of its network's form.
type Connect struct {
	Network  network.Name      `json:"network" minLength:"1" maxLength:"50"`
	Settings map[string]string `json:"settings" maxProperties:"50"`
}

// Reconnect gives new keys for an account.
type Reconnect struct {
	Settings map[string]string `json:"settings" maxProperties:"50"`
}

func (d *Door) channels() {
	on(d, route{id: "GET /networks", name: "listNetworks", summary: "The networks, and what each can do"}, soon[none, Page[Network]])
	on(d, route{id: "GET /channels", name: "listChannels", verb: access.Read, summary: "Connected accounts"}, soon[none, Page[Channel]])
	on(d, route{id: "POST /channels", name: "connectChannel", verb: access.Connect, summary: "Connect an account"}, soon[told[Connect], Channel])
	on(d, route{id: "GET /channels/{id}", name: "getChannel", verb: access.Read, summary: "One connected account"}, soon[byID, Channel])
	act(d, route{id: "DELETE /channels/{id}", name: "removeChannel", verb: access.Connect, summary: "Disconnect; its keys are forgotten, its history stays"}, soonAct[byID])
	on(d, route{id: "POST /channels/{id}/check", name: "checkChannel", verb: access.Connect, summary: "Ask the network how the connection is"}, soon[byID, Channel])
	on(d, route{id: "POST /channels/{id}/reconnect", name: "reconnectChannel", verb: access.Connect, summary: "Give new keys"}, soon[with[Reconnect], Channel])
}
