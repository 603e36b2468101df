{{- define "pollux.name" -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
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

{{/* CLUSTER_NAME takes 64 characters. */}}
{{- define "pollux.clusterName" -}}
{{- $name := printf "%s-%s" .Release.Namespace (include "pollux.name" .) -}}
{{- if gt (len $name) 64 -}}
{{- printf "%s-%s" (trunc 55 $name) (sha256sum $name | trunc 8) -}}
{{- else -}}
{{- $name -}}
{{- end -}}
{{- end -}}

{{- define "pollux.hasDatabase" -}}
{{- if or .Values.database.url .Values.database.existingSecret -}}yes{{- end -}}
{{- end -}}

{{- define "pollux.hasNats" -}}
{{- if or .Values.nats.url .Values.nats.existingSecret -}}yes{{- end -}}
{{- end -}}
