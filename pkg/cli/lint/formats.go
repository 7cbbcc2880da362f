package lint

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/version"
)

// The parts of SARIF 2.1.0 that code scanning reads.
type (
	sarifText struct {
		Text string `json:"text"`
	}
	sarifRule struct {
		ID      string            `json:"id"`
		Short   sarifText         `json:"shortDescription"`
		Full    sarifText         `json:"fullDescription"`
		Default map[string]string `json:"defaultConfiguration"`
	}
	sarifResult struct {
		Rule         string            `json:"ruleId"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []any             `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
)

func writeSARIF(w io.Writer, list []item) error {
	rules := []sarifRule{}
	for _, r := range audit.Rules {
		rules = append(rules, sarifRule{r.ID, sarifText{r.Title}, sarifText{r.Why}, map[string]string{"level": string(r.Severity)}})
	}
	results := []sarifResult{}
	for _, i := range list {
		text := i.Text
		if len(i.Fix) > 0 {
			text += "\n" + strings.Join(i.Fix, "\n")
		}
		print := i.ID + "/" + i.place()
		if i.Subject != nil {
			print += "/" + i.Subject.Kind + "/" + i.Subject.Name
		}
		results = append(results, sarifResult{i.ID, string(i.Severity), sarifText{text}, []any{map[string]any{
			"physicalLocation": map[string]any{"artifactLocation": map[string]string{"uri": i.place()}},
			"logicalLocations": []any{map[string]string{"fullyQualifiedName": i.place(), "kind": "resource"}},
		}}, map[string]string{"binding/v1": print}})
	}
	return printer.Document(w, printer.JSON, map[string]any{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
		"runs": []any{map[string]any{
			"tool":    map[string]any{"driver": map[string]any{"name": "kubectl-aad lint", "version": version.Version, "rules": rules}},
			"results": results,
		}},
	})
}

type (
	junitSuite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes a case for each finding, and one that passes for each rule
// without any.
func writeJUnit(w io.Writer, list []item) error {
	suite := junitSuite{Name: "kubectl-aad lint", Failures: len(list)}
	failed := map[string]bool{}
	for _, i := range list {
		failed[i.ID] = true
		suite.Cases = append(suite.Cases, junitCase{"aad." + i.ID, safetext.Clean(i.place()),
			&junitFailure{string(i.Severity), i.Text, strings.Join(i.Fix, "\n")}})
	}
	for _, r := range audit.Rules {
		if !failed[r.ID] {
			suite.Cases = append(suite.Cases, junitCase{Class: "aad." + r.ID, Name: r.Title})
		}
	}
	suite.Tests = len(suite.Cases)
	data, err := xml.MarshalIndent(suite, "", "  ")
	if err != nil {
		return fmt.Errorf("write junit: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, data)
	return err
}
