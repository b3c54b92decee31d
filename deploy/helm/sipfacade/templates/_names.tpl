{{- define "sipfacade.name" -}}
{{- if contains "sipfacade" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-sipfacade" (.Release.Name | trunc 40 | trimSuffix "-") }}{{ end -}}
{{- end -}}

{{- define "sipfacade.selector" -}}
app.kubernetes.io/name: sipfacade
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: server
{{- end -}}

{{- define "sipfacade.labels" -}}
{{ include "sipfacade.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- /* How long a pod may take to stop, in seconds: both drain settings, the 2 s that a write
which was sent is waited for, the 2 s in which callers read their answers, the second in which
the last traces are exported, and 3 s to spare. */ -}}
{{- define "sipfacade.gracePeriod" -}}
{{- $write := 2 -}}{{- $answers := 2 -}}{{- $traces := 1 -}}{{- $spare := 3 -}}
{{- add .Values.drain.delaySeconds .Values.drain.timeoutSeconds $write $answers $traces $spare -}}
{{- end -}}

{{- /* The port of the collector of traces. */ -}}
{{- define "sipfacade.tracesPort" -}}
{{- $url := urlParse .Values.traces.endpoint -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) | default (ternary "443" "80" (eq $url.scheme "https")) -}}
{{- end -}}

{{- /* The settings that are files of the Secret: the key of the settings and that of the values. */ -}}
{{- define "sipfacade.secretFiles" -}}
opentact_token_file: opentactToken
opentact_password_file: opentactPassword
infinity_api_key_file: infinityApiKey
infinity_password_file: infinityPassword
page_token_key_file: pageTokenKey
ledger_key_file: ledgerKey
{{- end -}}

{{- /* Values with which the pods would fail, or would not do what was meant, are refused here. */ -}}
{{- define "sipfacade.check" -}}
{{- $v := .Values -}}
{{- if and (not $v.callers.tokensSecret) (not $v.callers.jwtIssuer) (not $v.tls.clientCASecret) (not $v.callers.insecureNoAuth) -}}
{{- fail "callers: nobody is authenticated; set callers.tokensSecret, callers.jwtIssuer or tls.clientCASecret, or accept it with callers.insecureNoAuth" -}}
{{- end -}}
{{- if and $v.callers.jwtIssuer (not $v.callers.jwtAudience) -}}
{{- fail "callers.jwtAudience: required with callers.jwtIssuer" -}}
{{- end -}}
{{- if and $v.tls.clientCASecret (not $v.tls.secret) -}}
{{- fail "tls.secret: required with tls.clientCASecret" -}}
{{- end -}}
{{- range $key, $value := omit $v.secrets "name" -}}
{{- if and $value (not $v.secrets.name) -}}{{- fail (printf "secrets.name: required with secrets.%s" $key) -}}{{- end -}}
{{- end -}}
{{- if and (gt (int $v.replicas) 1) (not $v.sandbox) (not $v.secrets.pageTokenKey) -}}
{{- fail "secrets.pageTokenKey: required with several replicas; without it a page token or an etag of one pod is refused by another" -}}
{{- end -}}
{{- if and (eq $v.ledger.kind "postgres") (not (and $v.ledger.urlSecret $v.secrets.ledgerKey)) -}}
{{- fail "ledger: postgres needs ledger.urlSecret and secrets.ledgerKey" -}}
{{- end -}}
{{- if and $v.ledger.postgresql.enabled (not $v.ledger.postgresql.passwordSecret) -}}
{{- fail "ledger.postgresql.passwordSecret: required with ledger.postgresql.enabled" -}}
{{- end -}}
{{- end -}}
