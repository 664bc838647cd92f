package api

import (
	"reflect"
	"testing"
)

// What an answer shares with others is not changed by saying it.
func TestSayingChangesTheAnswerAlone(t *testing.T) {
	type line struct {
		Text string `say:""`
		Name string
	}
	type said struct {
		Steps  List[string] `say:""`
		Plain  []string
		Lines  []line
		It     Maybe[line]
		Params map[string]any `say:"text"`
		Above  []said
	}
	const en, fr = "There is no such post.", "Cette publication n’existe pas."
	shared := said{Steps: List[string]{en}, Plain: []string{en}, Lines: []line{{en, en}}, It: some(line{en, en}), Params: map[string]any{"text": en, "name": en}}
	own := shared
	sayingOf(typeOf[said](), "", false)(reflect.ValueOf(&own).Elem(), "fr")
	if own.Steps[0] != fr || own.Plain[0] != en || own.Lines[0] != (line{fr, en}) || *own.It.It != (line{fr, en}) || own.Params["text"] != fr || own.Params["name"] != en {
		t.Errorf("%+v", own)
	}
	if shared.Steps[0] != en || shared.Lines[0].Text != en || shared.It.It.Text != en || shared.Params["text"] != en {
		t.Errorf("somebody else reads %+v", shared)
	}
	if sayingOf(typeOf[User](), "", false) != nil {
		t.Error("there is something to say where no field has the tag")
	}
}
