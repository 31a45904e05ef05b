{{- define "leap-kg.name" -}}
{{- if contains "leap-kg" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-leap-kg" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "leap-kg.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* Of one component; takes a list of the root and the component. */}}
{{- define "leap-kg.component" -}}
app.kubernetes.io/name: leap-kg
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "leap-kg.selector" -}}
{{ include "leap-kg.component" . }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
{{- end }}

{{- define "leap-kg.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "leap-kg.claim" -}}
{{ .Values.home.claim | default (printf "%s-home" (include "leap-kg.name" .)) }}
{{- end }}

{{/* Where writing goes to. */}}
{{- define "leap-kg.primary" -}}
{{- if .Values.ingress.host }}{{ if .Values.ingress.tlsSecret }}https{{ else }}http{{ end }}://{{ .Values.ingress.host }}/{{ else }}http://{{ include "leap-kg.name" . }}-writer.{{ .Release.Namespace }}.svc/{{ end }}
{{- end }}

{{- define "leap-kg.env" -}}
- name: LEAP_KG_HOME
  value: /var/lib/leap-kg
- name: LEAP_KG_BASE
  value: {{ .Values.base | quote }}
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "leap-kg.envFrom" -}}
{{- if .Values.secret }}
envFrom:
  - secretRef: { name: {{ .Values.secret }}, optional: true }
{{- end }}
{{- end }}

{{- define "leap-kg.locked" -}}
securityContext:
  allowPrivilegeEscalation: false
  capabilities: { drop: [ALL] }
  readOnlyRootFilesystem: true
{{- end }}

{{- define "leap-kg.user" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{/* The volume of the home can be used on one machine at a time, as most can: that of the writer. */}}
{{- define "leap-kg.near" -}}
affinity:
  podAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "leap-kg.selector" (list . "writer") | nindent 12 }}
{{- end }}

{{- define "leap-kg.probes" -}}
startupProbe:
  httpGet: { path: /health, port: http }
  periodSeconds: 5
  failureThreshold: 120
livenessProbe:
  httpGet: { path: /health, port: http }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /ready, port: http }
  periodSeconds: 10
  timeoutSeconds: 15
  failureThreshold: 2
{{- end }}

{{- define "leap-kg.dns" -}}
- ports:
    - { protocol: UDP, port: 53 }
    - { protocol: TCP, port: 53 }
{{- end }}

{{/* The public net, without what is of the cluster or of its machines. */}}
{{- define "leap-kg.public" -}}
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except: [10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16]
    - ipBlock:
        cidr: ::/0
        except: ["fc00::/7", "fe80::/10"]
  ports:
    - { protocol: TCP, port: 80 }
    - { protocol: TCP, port: 443 }
{{- end }}
