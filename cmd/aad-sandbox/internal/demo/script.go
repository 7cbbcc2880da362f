package demo

// script is the journey: the article of 2019 first, with the one mistake that
// everybody makes, then what AKS offers since 2023.
var script = []scene{
	{
		title:  "Act one: the article of 2019, two app registrations and a cluster",
		remark: "An administrator makes a cluster accept Entra sign-in.",
		who:    "admin",
		command: "kubectl aad setup --name myakscluster \\\n    --resource-group myResourceGroup --location eastus" +
			" \\\n    --integration apps --target aks --allow-retired --admin admin@contoso.com --yes",
	},
	{
		remark:  "She lets alice in: a member of the tenant, so she is bound by her UPN.",
		who:     "admin",
		command: "kubectl aad bind alice@contoso.com --clusterrole view -A",
	},
	{
		remark:  "Alice, on her own machine, takes the cluster into her kubeconfig.",
		who:     "alice",
		command: "kubectl aad kubeconfig -g myResourceGroup -n myakscluster",
	},
	{
		remark:  "Her first call asks her to sign in.",
		who:     "alice",
		command: "kubectl get pods --all-namespaces",
	},
	{
		remark:  "The second does not: the token is cached.",
		who:     "alice",
		command: "kubectl get pods --all-namespaces --no-headers | wc -l",
	},
	{
		remark:  "The mistake that everybody makes: carol is a guest, bound by her mail name.",
		who:     "admin",
		command: "kubectl create clusterrolebinding carol --clusterrole view \\\n    --user carol@fabrikam.com",
	},
	{
		remark:  "Carol signs in, and is refused.",
		who:     "carol",
		copies:  "admin",
		command: "kubectl get pods --all-namespaces",
		exit:    1,
	},
	{
		remark:  "Why?",
		who:     "admin",
		command: "kubectl aad doctor --for carol@fabrikam.com",
		exit:    1,
	},
	{
		remark:  "Mended, as doctor said.",
		who:     "admin",
		command: "kubectl aad bind carol@fabrikam.com --clusterrole view -A &&\n    kubectl delete clusterrolebinding carol",
	},
	{
		who:     "carol",
		command: "kubectl get pods --all-namespaces",
	},
	{
		title:   "Act two: the managed integration, what AKS offers since 2023",
		remark:  "No app registrations. The platform team's group may administrate.",
		who:     "admin",
		command: "kubectl aad setup --name managed --resource-group myResourceGroup \\\n    --location eastus --admin-group platform-team --yes",
	},
	{
		remark:  "Alice is in platform-oncall, which is in platform-team.",
		who:     "alice",
		command: "kubectl aad kubeconfig -g myResourceGroup -n managed &&\n    kubectl auth can-i '*' '*'",
	},
}
