package api

import (
	"maps"
	"slices"

	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/view"
)

func handOf(h view.Hand) Hand {
	said := Hand{Chosen: h.Chosen, More: h.More, Note: h.Note, Crops: map[string]Crop{}}
	for file, c := range h.Crops {
		said.Crops[file] = Crop(c)
	}
	return said
}

func handedOf(h flow.Handed) Handed {
	f := h.Fit
	said := Handed{Part: h.Part, MediaID: h.Media.ID, Alt: h.Alt, State: h.State, Because: f.Because, Type: f.Type, Width: f.Width, Height: f.Height, Bytes: h.Bytes,
		Seconds: f.Seconds, Crop: Box{f.X, f.Y, f.CropWidth, f.CropHeight}, Of: Box{0, 0, h.Media.Width, h.Media.Height}, Whole: f.Whole, Why: h.Why, Hint: h.Hint}
	if f.Never != "" {
		said.Because = List[string]{f.Never}
	}
	if h.State == flow.HandedAsIs {
		said.Bytes = h.Media.Bytes
	}
	return said
}

func assistedOf(d network.Driver, a network.Assisted) Assisted {
	p := d.Profile()
	kinds := func(all []network.PostKind) List[string] {
		return each(all, func(k network.PostKind) string { return string(k) })
	}
	said := Assisted{Only: network.ByHandOnly(d), Steps: a.Steps, Limits: limitsOf(p.ByHand(p.Limits)),
		Links: each(a.Links, func(o network.Opening) Opening {
			return Opening{On: o.On, URL: o.URL, Kinds: kinds(o.Kinds), Uncertain: o.Source.Uncertain}
		}),
		More: each(a.More, func(m network.Addition) Addition {
			return Addition{Name: m.Name, Label: m.Label, Why: m.Why, Step: m.Step, Kinds: kinds(m.Kinds)}
		})}
	for _, kind := range slices.Sorted(maps.Keys(a.Kinds)) {
		said.Kinds = append(said.Kinds, KindSteps{string(kind), a.Kinds[kind]})
	}
	return said
}
