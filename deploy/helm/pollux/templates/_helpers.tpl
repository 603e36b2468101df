{{- define "pollux.name" -}}
{{- printf "%s" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "pollux.labels" -}}
app.kubernetes.io/name: pollux
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "pollux.selector" -}}
app.kubernetes.io/name: pollux
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "pollux.hasDatabase" -}}
{{- if or .Values.database.url .Values.database.existingSecret -}}yes{{- end -}}
{{- end -}}

{{- define "pollux.hasNats" -}}
{{- if or .Values.nats.url .Values.nats.existingSecret -}}yes{{- end -}}
{{- end -}}
