package api

import (
	"maps"
	"reflect"
	"strings"

	"github.com/kithhq/kith/internal/say"
)

// saying says in a language what an answer holds of our own sentences. It is
// made once for each type of answer, from the tags of its fields: say:"" on a
// text or a list of them, and say:"text,fix" on a map for these keys of it. nil:
// nothing to say.
type saying func(v reflect.Value, lang string)

// sayingOf makes it for a type; an answer inside itself is not followed.
func sayingOf(t reflect.Type, tag string, tagged bool, inside ...reflect.Type) saying {
	for _, outer := range inside {
		if t == outer {
			return nil
		}
	}
	inside = append(inside, t)
	switch t.Kind() { //nolint:exhaustive // nothing else holds a sentence
	case reflect.String:
		if tagged {
			return func(v reflect.Value, lang string) { v.SetString(say.In(lang, v.String())) }
		}
	case reflect.Map:
		if tagged && t.Elem().Kind() == reflect.Interface {
			return sayKeys(strings.Split(tag, ","))
		}
	case reflect.Slice:
		if one := sayingOf(t.Elem(), "", tagged && t.Elem().Kind() == reflect.String, inside...); one != nil {
			return func(v reflect.Value, lang string) { // a copy: what a network says of itself belongs to its driver
				if v.Len() == 0 {
					return
				}
				all := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
				reflect.Copy(all, v)
				for i := range all.Len() {
					one(all.Index(i), lang)
				}
				v.Set(all)
			}
		}
	case reflect.Pointer:
		if it := sayingOf(t.Elem(), "", false, inside...); it != nil {
			return func(v reflect.Value, lang string) {
				if v.IsNil() {
					return
				}
				copied := reflect.New(v.Type().Elem())
				copied.Elem().Set(v.Elem())
				it(copied.Elem(), lang)
				v.Set(copied)
			}
		}
	case reflect.Struct:
		return sayFields(t, inside)
	}
	return nil
}

func sayFields(t reflect.Type, inside []reflect.Type) saying {
	fields := map[int]saying{}
	for i := range t.NumField() {
		f := t.Field(i)
		if tag, tagged := f.Tag.Lookup("say"); f.IsExported() {
			if one := sayingOf(f.Type, tag, tagged, inside...); one != nil {
				fields[i] = one
			}
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return func(v reflect.Value, lang string) {
		for i, one := range fields {
			one(v.Field(i), lang)
		}
	}
}

// sayKeys changes a copy: the map may belong to somebody else.
func sayKeys(keys []string) saying {
	return func(v reflect.Value, lang string) {
		of, ok := v.Interface().(map[string]any)
		if !ok || of == nil {
			return
		}
		of = maps.Clone(of)
		for _, k := range keys {
			if text, ok := of[k].(string); ok {
				of[k] = say.In(lang, text)
			}
		}
		v.Set(reflect.ValueOf(of))
	}
}

// in says a refusal in a language.
func (p *Problem) in(lang string) *Problem {
	if p == nil || lang == "en" {
		return p
	}
	said := *p
	said.Title, said.Detail, said.Hint = say.In(lang, p.Title), say.In(lang, p.Detail), say.In(lang, p.Hint)
	said.Errors = nil
	for _, e := range p.Errors {
		said.Errors = append(said.Errors, FieldError{e.Field, say.In(lang, e.Detail)})
	}
	return &said
}
