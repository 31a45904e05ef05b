"""What a profile may set of the spawner: names that are almost one of KubeSpawner's are likely typos.

KubeSpawner passes over a name that it does not know, so a limit that is written `mem_limt` is no limit. Names that are
like none of these go through: hubs have spawners of their own. The names are those of KubeSpawner's documentation.
"""

from collections.abc import Iterator
from difflib import get_close_matches

_NAMES = """
after_pod_created_hook allow_privilege_escalation allowed_groups args auth_state_hook automount_service_account_token
cmd common_labels component_label consecutive_failure_limit container_security_context cpu_guarantee cpu_limit debug
default_url delete_grace_period delete_pvc delete_stopped_pods disable_user_config dns_name_template
enable_user_namespaces env_keep environment events_enabled extra_annotations extra_container_config extra_containers
extra_labels extra_pod_config extra_resource_guarantees extra_resource_limits fs_gid gid group_overrides
handle_legacy_names http_timeout hub_connect_ip hub_connect_port hub_connect_url image image_pull_policy
image_pull_secrets image_spec init_containers ip k8s_api_threadpool_workers lifecycle_hooks mem_guarantee mem_limit
modify_pod_hook namespace node_affinity_preferred node_affinity_required node_selector notebook_dir
oauth_client_allowed_scopes options_form options_from_form pod_affinity_preferred pod_affinity_required
pod_anti_affinity_preferred pod_anti_affinity_required pod_connect_ip pod_name_template pod_security_context
poll_interval poll_jitter port post_start_cmd post_stop_hook pre_spawn_hook priority_class_name privileged
profile_form_template profile_list progress_ready_hook pvc_name_template remember_pvc_name runtime_class_name
scheduler_name secret_mount_path secret_name_template server_token_scopes service_account service_account_name
services_enabled slug_scheme ssl_alt_names start_timeout storage_access_modes storage_capacity storage_class
storage_extra_annotations storage_extra_labels storage_pvc_ensure storage_selector supplemental_gids tolerations uid
user_namespace_annotations user_namespace_labels user_namespace_template volume_mounts volumes working_dir
"""
_KNOWN = frozenset(_NAMES.split())
_LIKE = 0.8  # as `imgae` is like `image`; `cpu_limit` is 0.67 like `mem_limit`


def doubtful_overrides(profiles: object) -> list[str]:
    """Names in any `kubespawner_override` of a `profileList` that look like typos, a line each that says where."""
    return list(_doubtful(profiles, "profileList"))


def _doubtful(value: object, place: str) -> Iterator[str]:
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _doubtful(inner, f"{place}.{number}")
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == "kubespawner_override" and isinstance(inner, dict):
                yield from _typos(inner, f"{place}.{key}")
            else:
                yield from _doubtful(inner, f"{place}.{key}")


def _typos(override: dict[object, object], place: str) -> Iterator[str]:
    for name in override:
        if isinstance(name, str) and name not in _KNOWN and (like := get_close_matches(name, _KNOWN, 1, _LIKE)):
            yield f"{place}.{name}: KubeSpawner has no {name[:80]!r}, and passes over it: is {like[0]!r} meant?"
