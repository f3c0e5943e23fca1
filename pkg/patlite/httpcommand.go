package patlite

import (
	"fmt"
	"net/url"
	"strings"
)

// Param is one parameter of an HTTP command.
type Param struct{ Name, Value string }

// ControlTarget writes the request target of an HTTP command, such as
// /api/control?alert=100000&restore=4. Values are data: they are escaped, a
// space as %20, since towers do not read + as a space.
func ControlTarget(params ...Param) string {
	var b strings.Builder
	b.WriteString("/api/control")
	for i, p := range params {
		if i == 0 {
			b.WriteByte('?')
		} else {
			b.WriteByte('&')
		}
		b.WriteString(escape(p.Name) + "=" + escape(p.Value))
	}
	return b.String()
}

func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// CheckControlAnswer reads the body of the answer to a command. The HTTP
// status says nothing, it is 200 also for a refusal (measured on an NHV6-3).
// The error is a *RefusedError where the tower said no.
func CheckControlAnswer(body string) error {
	if strings.TrimSpace(body) == "Success." {
		return nil
	}
	if refused := refusal(body); refused != nil {
		return refused
	}
	return fmt.Errorf("the answer %q is neither Success. nor an error of a tower; is this address a tower's?", shorten([]byte(body)))
}

// refusals are the numbers of NHV and NHB (manual section 5.3.13), with what
// to do about them.
var refusals = map[string]string{
	"Error. [002]": "it takes no HTTP commands: create an account on the tower's web page and switch HTTP Command Control on there (else: the command is not known to this model)",
	"Error. [003]": "there is no command in the request",
	"Error. [004]": "a parameter has no value",
	"Error. [005]": "a value is not valid; is the configured model the tower's model?",
}

func refusal(body string) error {
	answer := strings.TrimSpace(body)
	if !strings.HasPrefix(answer, "Error.") {
		return nil
	}
	answer = shorten([]byte(answer))
	if hint, ok := refusals[answer]; ok {
		return &RefusedError{Answer: answer, Hint: hint}
	}
	return &RefusedError{Answer: answer, Hint: "it does not know the command; is the configured model the tower's model, and the tower set to Command Control?"}
}
