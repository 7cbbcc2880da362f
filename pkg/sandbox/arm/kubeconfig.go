package arm

import (
	"encoding/base64"
	"strings"
	"text/template"
)

// kubeconfigTemplate has the shape of AKS's answers: one cluster, one user, one
// context.
const kubeconfigTemplate = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {{base64 .Info.CA}}
    server: {{.Info.Server}}
  name: {{.Spec.Name}}
contexts:
- context:
    cluster: {{.Spec.Name}}
    user: {{.User}}
  name: {{.Spec.Name}}
current-context: {{.Spec.Name}}
kind: Config
preferences: {}
users:
- name: {{.User}}
  user:
{{- if .Certificate}}
    client-certificate-data: {{base64 .Info.AdminCert}}
    client-key-data: {{base64 .Info.AdminKey}}
{{- else if .Provider}}
    auth-provider:
      config:
        apiserver-id: {{.Spec.ServerAppID}}
        client-id: {{.Spec.ClientAppID}}
        config-mode: "{{if .Spec.Managed}}1{{else}}0{{end}}"
        environment: AzurePublicCloud
        tenant-id: {{.Spec.Tenant}}
      name: azure
{{- else}}
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - get-token
      - --environment
      - AzurePublicCloud
      - --server-id
      - {{.Spec.ServerAppID}}
      - --client-id
      - {{.Spec.ClientAppID}}
      - --tenant-id
      - {{.Spec.Tenant}}
      - --login
      - devicecode
      command: kubelogin
      env: null
      installHint: |2

        kubelogin is not installed which is required to connect to AAD enabled cluster.

        To learn more, please go to https://aka.ms/aks/kubelogin
      provideClusterInfo: false
{{- end}}
`

// entry is how a kubeconfig's user proves who they are.
type entry int

const (
	execEntry        entry = iota // by kubelogin
	providerEntry                 // by the plugin that kubectl had until 1.26
	certificateEntry              // by the certificate of a local account
)

// kubeconfig writes the file that a credential request answers. Names in it were
// checked by the PUT, so they need no quoting.
func kubeconfig(spec ClusterSpec, info ClusterInfo, entry entry) ([]byte, error) {
	t, err := template.New("kubeconfig").Funcs(template.FuncMap{"base64": base64.StdEncoding.EncodeToString}).Parse(kubeconfigTemplate)
	if err != nil {
		return nil, err
	}
	kind := "clusterUser"
	if entry == certificateEntry {
		kind = "clusterAdmin"
	}
	var out strings.Builder
	err = t.Execute(&out, struct {
		Spec                  ClusterSpec
		Info                  ClusterInfo
		User                  string
		Certificate, Provider bool
	}{spec, info, kind + "_" + spec.ResourceGroup + "_" + spec.Name, entry == certificateEntry || spec.ServerAppID == "", entry == providerEntry})
	return []byte(out.String()), err
}
