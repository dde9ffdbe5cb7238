#include "CReviewPage.h"

// One block for each file below page/. PageFilesTests fails when one is missing.

static const unsigned char app_js[] = {
#embed "page/app.js"
};

static const unsigned char core_activity_js[] = {
#embed "page/core/activity.js"
};

static const unsigned char core_api_js[] = {
#embed "page/core/api.js"
};

static const unsigned char core_dom_js[] = {
#embed "page/core/dom.js"
};

static const unsigned char core_events_js[] = {
#embed "page/core/events.js"
};

static const unsigned char core_format_js[] = {
#embed "page/core/format.js"
};

static const unsigned char core_i18n_js[] = {
#embed "page/core/i18n.js"
};

static const unsigned char core_keys_js[] = {
#embed "page/core/keys.js"
};

static const unsigned char core_router_js[] = {
#embed "page/core/router.js"
};

static const unsigned char core_settings_js[] = {
#embed "page/core/settings.js"
};

static const unsigned char correct_brush_js[] = {
#embed "page/correct/brush.js"
};

static const unsigned char correct_compare_js[] = {
#embed "page/correct/compare.js"
};

static const unsigned char correct_deeds_js[] = {
#embed "page/correct/deeds.js"
};

static const unsigned char correct_distance_js[] = {
#embed "page/correct/distance.js"
};

static const unsigned char correct_editor_js[] = {
#embed "page/correct/editor.js"
};

static const unsigned char correct_fill_js[] = {
#embed "page/correct/fill.js"
};

static const unsigned char correct_flood_js[] = {
#embed "page/correct/flood.js"
};

static const unsigned char correct_history_js[] = {
#embed "page/correct/history.js"
};

static const unsigned char correct_interpolate_js[] = {
#embed "page/correct/interpolate.js"
};

static const unsigned char correct_leave_js[] = {
#embed "page/correct/leave.js"
};

static const unsigned char correct_options_js[] = {
#embed "page/correct/options.js"
};

static const unsigned char correct_polygon_js[] = {
#embed "page/correct/polygon.js"
};

static const unsigned char correct_prompt_js[] = {
#embed "page/correct/prompt.js"
};

static const unsigned char correct_proposals_js[] = {
#embed "page/correct/proposals.js"
};

static const unsigned char correct_strip_js[] = {
#embed "page/correct/strip.js"
};

static const unsigned char correct_tool_js[] = {
#embed "page/correct/tool.js"
};

static const unsigned char correct_toolkeys_js[] = {
#embed "page/correct/toolkeys.js"
};

static const unsigned char decide_comparison_js[] = {
#embed "page/decide/comparison.js"
};

static const unsigned char decide_dialogs_js[] = {
#embed "page/decide/dialogs.js"
};

static const unsigned char decide_effort_js[] = {
#embed "page/decide/effort.js"
};

static const unsigned char decide_panel_js[] = {
#embed "page/decide/panel.js"
};

static const unsigned char decide_requeue_js[] = {
#embed "page/decide/requeue.js"
};

static const unsigned char decide_verdicts_js[] = {
#embed "page/decide/verdicts.js"
};

static const unsigned char i18n_de_js[] = {
#embed "page/i18n/de.js"
};

static const unsigned char i18n_de_correct_js[] = {
#embed "page/i18n/de/correct.js"
};

static const unsigned char i18n_de_learn_js[] = {
#embed "page/i18n/de/learn.js"
};

static const unsigned char i18n_de_look_js[] = {
#embed "page/i18n/de/look.js"
};

static const unsigned char i18n_de_shell_js[] = {
#embed "page/i18n/de/shell.js"
};

static const unsigned char i18n_en_js[] = {
#embed "page/i18n/en.js"
};

static const unsigned char i18n_en_correct_js[] = {
#embed "page/i18n/en/correct.js"
};

static const unsigned char i18n_en_learn_js[] = {
#embed "page/i18n/en/learn.js"
};

static const unsigned char i18n_en_look_js[] = {
#embed "page/i18n/en/look.js"
};

static const unsigned char i18n_en_shell_js[] = {
#embed "page/i18n/en/shell.js"
};

static const unsigned char icon_svg[] = {
#embed "page/icon.svg"
};

static const unsigned char index_html[] = {
#embed "page/index.html"
};

static const unsigned char learn_blandaltman_js[] = {
#embed "page/learn/blandaltman.js"
};

static const unsigned char learn_curve_js[] = {
#embed "page/learn/curve.js"
};

static const unsigned char learn_diceplot_js[] = {
#embed "page/learn/diceplot.js"
};

static const unsigned char learn_evaluation_js[] = {
#embed "page/learn/evaluation.js"
};

static const unsigned char learn_learn_js[] = {
#embed "page/learn/learn.js"
};

static const unsigned char learn_models_js[] = {
#embed "page/learn/models.js"
};

static const unsigned char learn_patientplot_js[] = {
#embed "page/learn/patientplot.js"
};

static const unsigned char learn_plot_js[] = {
#embed "page/learn/plot.js"
};

static const unsigned char learn_runs_js[] = {
#embed "page/learn/runs.js"
};

static const unsigned char learn_waiting_js[] = {
#embed "page/learn/waiting.js"
};

static const unsigned char masks_maskset_js[] = {
#embed "page/masks/maskset.js"
};

static const unsigned char masks_runs_js[] = {
#embed "page/masks/runs.js"
};

static const unsigned char masks_spans_js[] = {
#embed "page/masks/spans.js"
};

static const unsigned char shell_dialog_js[] = {
#embed "page/shell/dialog.js"
};

static const unsigned char shell_help_js[] = {
#embed "page/shell/help.js"
};

static const unsigned char shell_icons_js[] = {
#embed "page/shell/icons.js"
};

static const unsigned char shell_idle_js[] = {
#embed "page/shell/idle.js"
};

static const unsigned char shell_login_js[] = {
#embed "page/shell/login.js"
};

static const unsigned char shell_shell_js[] = {
#embed "page/shell/shell.js"
};

static const unsigned char shell_status_js[] = {
#embed "page/shell/status.js"
};

static const unsigned char styles_base_css[] = {
#embed "page/styles/base.css"
};

static const unsigned char styles_controls_css[] = {
#embed "page/styles/controls.css"
};

static const unsigned char styles_learn_css[] = {
#embed "page/styles/learn.css"
};

static const unsigned char styles_panel_css[] = {
#embed "page/styles/panel.css"
};

static const unsigned char styles_shell_css[] = {
#embed "page/styles/shell.css"
};

static const unsigned char styles_tokens_css[] = {
#embed "page/styles/tokens.css"
};

static const unsigned char styles_viewer_css[] = {
#embed "page/styles/viewer.css"
};

static const unsigned char styles_worklist_css[] = {
#embed "page/styles/worklist.css"
};

static const unsigned char system_audit_js[] = {
#embed "page/system/audit.js"
};

static const unsigned char system_profiles_js[] = {
#embed "page/system/profiles.js"
};

static const unsigned char system_quarantine_js[] = {
#embed "page/system/quarantine.js"
};

static const unsigned char system_system_js[] = {
#embed "page/system/system.js"
};

static const unsigned char system_throughput_js[] = {
#embed "page/system/throughput.js"
};

static const unsigned char viewer_bar_js[] = {
#embed "page/viewer/bar.js"
};

static const unsigned char viewer_camera_js[] = {
#embed "page/viewer/camera.js"
};

static const unsigned char viewer_case_js[] = {
#embed "page/viewer/case.js"
};

static const unsigned char viewer_geometry_js[] = {
#embed "page/viewer/geometry.js"
};

static const unsigned char viewer_greyimage_js[] = {
#embed "page/viewer/greyimage.js"
};

static const unsigned char viewer_hook_js[] = {
#embed "page/viewer/hook.js"
};

static const unsigned char viewer_interaction_js[] = {
#embed "page/viewer/interaction.js"
};

static const unsigned char viewer_job_js[] = {
#embed "page/viewer/job.js"
};

static const unsigned char viewer_jobkeys_js[] = {
#embed "page/viewer/jobkeys.js"
};

static const unsigned char viewer_layers_js[] = {
#embed "page/viewer/layers.js"
};

static const unsigned char viewer_marks_js[] = {
#embed "page/viewer/marks.js"
};

static const unsigned char viewer_nopictures_js[] = {
#embed "page/viewer/nopictures.js"
};

static const unsigned char viewer_odd_js[] = {
#embed "page/viewer/odd.js"
};

static const unsigned char viewer_overlay_js[] = {
#embed "page/viewer/overlay.js"
};

static const unsigned char viewer_planes_js[] = {
#embed "page/viewer/planes.js"
};

static const unsigned char viewer_segments_js[] = {
#embed "page/viewer/segments.js"
};

static const unsigned char viewer_slicemap_js[] = {
#embed "page/viewer/slicemap.js"
};

static const unsigned char viewer_slices_js[] = {
#embed "page/viewer/slices.js"
};

static const unsigned char viewer_summary_js[] = {
#embed "page/viewer/summary.js"
};

static const unsigned char viewer_view_js[] = {
#embed "page/viewer/view.js"
};

static const unsigned char viewer_viewgrid_js[] = {
#embed "page/viewer/viewgrid.js"
};

static const unsigned char viewer_windowing_js[] = {
#embed "page/viewer/windowing.js"
};

static const unsigned char worklist_chips_js[] = {
#embed "page/worklist/chips.js"
};

static const unsigned char worklist_filters_js[] = {
#embed "page/worklist/filters.js"
};

static const unsigned char worklist_pages_js[] = {
#embed "page/worklist/pages.js"
};

static const unsigned char worklist_queue_js[] = {
#embed "page/worklist/queue.js"
};

static const unsigned char worklist_row_js[] = {
#embed "page/worklist/row.js"
};

static const unsigned char worklist_rows_js[] = {
#embed "page/worklist/rows.js"
};

static const unsigned char worklist_worklist_js[] = {
#embed "page/worklist/worklist.js"
};

#define ENTRY(name, media_type, bytes) {name, media_type, bytes, sizeof bytes}
#define HTML "text/html; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"
#define STYLE "text/css; charset=utf-8"
#define PICTURE "image/svg+xml"

const struct preread_page_file preread_page_files[] = {
    ENTRY("app.js", SCRIPT, app_js),
    ENTRY("core/activity.js", SCRIPT, core_activity_js),
    ENTRY("core/api.js", SCRIPT, core_api_js),
    ENTRY("core/dom.js", SCRIPT, core_dom_js),
    ENTRY("core/events.js", SCRIPT, core_events_js),
    ENTRY("core/format.js", SCRIPT, core_format_js),
    ENTRY("core/i18n.js", SCRIPT, core_i18n_js),
    ENTRY("core/keys.js", SCRIPT, core_keys_js),
    ENTRY("core/router.js", SCRIPT, core_router_js),
    ENTRY("core/settings.js", SCRIPT, core_settings_js),
    ENTRY("correct/brush.js", SCRIPT, correct_brush_js),
    ENTRY("correct/compare.js", SCRIPT, correct_compare_js),
    ENTRY("correct/deeds.js", SCRIPT, correct_deeds_js),
    ENTRY("correct/distance.js", SCRIPT, correct_distance_js),
    ENTRY("correct/editor.js", SCRIPT, correct_editor_js),
    ENTRY("correct/fill.js", SCRIPT, correct_fill_js),
    ENTRY("correct/flood.js", SCRIPT, correct_flood_js),
    ENTRY("correct/history.js", SCRIPT, correct_history_js),
    ENTRY("correct/interpolate.js", SCRIPT, correct_interpolate_js),
    ENTRY("correct/leave.js", SCRIPT, correct_leave_js),
    ENTRY("correct/options.js", SCRIPT, correct_options_js),
    ENTRY("correct/polygon.js", SCRIPT, correct_polygon_js),
    ENTRY("correct/prompt.js", SCRIPT, correct_prompt_js),
    ENTRY("correct/proposals.js", SCRIPT, correct_proposals_js),
    ENTRY("correct/strip.js", SCRIPT, correct_strip_js),
    ENTRY("correct/tool.js", SCRIPT, correct_tool_js),
    ENTRY("correct/toolkeys.js", SCRIPT, correct_toolkeys_js),
    ENTRY("decide/comparison.js", SCRIPT, decide_comparison_js),
    ENTRY("decide/dialogs.js", SCRIPT, decide_dialogs_js),
    ENTRY("decide/effort.js", SCRIPT, decide_effort_js),
    ENTRY("decide/panel.js", SCRIPT, decide_panel_js),
    ENTRY("decide/requeue.js", SCRIPT, decide_requeue_js),
    ENTRY("decide/verdicts.js", SCRIPT, decide_verdicts_js),
    ENTRY("i18n/de.js", SCRIPT, i18n_de_js),
    ENTRY("i18n/de/correct.js", SCRIPT, i18n_de_correct_js),
    ENTRY("i18n/de/learn.js", SCRIPT, i18n_de_learn_js),
    ENTRY("i18n/de/look.js", SCRIPT, i18n_de_look_js),
    ENTRY("i18n/de/shell.js", SCRIPT, i18n_de_shell_js),
    ENTRY("i18n/en.js", SCRIPT, i18n_en_js),
    ENTRY("i18n/en/correct.js", SCRIPT, i18n_en_correct_js),
    ENTRY("i18n/en/learn.js", SCRIPT, i18n_en_learn_js),
    ENTRY("i18n/en/look.js", SCRIPT, i18n_en_look_js),
    ENTRY("i18n/en/shell.js", SCRIPT, i18n_en_shell_js),
    ENTRY("icon.svg", PICTURE, icon_svg),
    ENTRY("index.html", HTML, index_html),
    ENTRY("learn/blandaltman.js", SCRIPT, learn_blandaltman_js),
    ENTRY("learn/curve.js", SCRIPT, learn_curve_js),
    ENTRY("learn/diceplot.js", SCRIPT, learn_diceplot_js),
    ENTRY("learn/evaluation.js", SCRIPT, learn_evaluation_js),
    ENTRY("learn/learn.js", SCRIPT, learn_learn_js),
    ENTRY("learn/models.js", SCRIPT, learn_models_js),
    ENTRY("learn/patientplot.js", SCRIPT, learn_patientplot_js),
    ENTRY("learn/plot.js", SCRIPT, learn_plot_js),
    ENTRY("learn/runs.js", SCRIPT, learn_runs_js),
    ENTRY("learn/waiting.js", SCRIPT, learn_waiting_js),
    ENTRY("masks/maskset.js", SCRIPT, masks_maskset_js),
    ENTRY("masks/runs.js", SCRIPT, masks_runs_js),
    ENTRY("masks/spans.js", SCRIPT, masks_spans_js),
    ENTRY("shell/dialog.js", SCRIPT, shell_dialog_js),
    ENTRY("shell/help.js", SCRIPT, shell_help_js),
    ENTRY("shell/icons.js", SCRIPT, shell_icons_js),
    ENTRY("shell/idle.js", SCRIPT, shell_idle_js),
    ENTRY("shell/login.js", SCRIPT, shell_login_js),
    ENTRY("shell/shell.js", SCRIPT, shell_shell_js),
    ENTRY("shell/status.js", SCRIPT, shell_status_js),
    ENTRY("styles/base.css", STYLE, styles_base_css),
    ENTRY("styles/controls.css", STYLE, styles_controls_css),
    ENTRY("styles/learn.css", STYLE, styles_learn_css),
    ENTRY("styles/panel.css", STYLE, styles_panel_css),
    ENTRY("styles/shell.css", STYLE, styles_shell_css),
    ENTRY("styles/tokens.css", STYLE, styles_tokens_css),
    ENTRY("styles/viewer.css", STYLE, styles_viewer_css),
    ENTRY("styles/worklist.css", STYLE, styles_worklist_css),
    ENTRY("system/audit.js", SCRIPT, system_audit_js),
    ENTRY("system/profiles.js", SCRIPT, system_profiles_js),
    ENTRY("system/quarantine.js", SCRIPT, system_quarantine_js),
    ENTRY("system/system.js", SCRIPT, system_system_js),
    ENTRY("system/throughput.js", SCRIPT, system_throughput_js),
    ENTRY("viewer/bar.js", SCRIPT, viewer_bar_js),
    ENTRY("viewer/camera.js", SCRIPT, viewer_camera_js),
    ENTRY("viewer/case.js", SCRIPT, viewer_case_js),
    ENTRY("viewer/geometry.js", SCRIPT, viewer_geometry_js),
    ENTRY("viewer/greyimage.js", SCRIPT, viewer_greyimage_js),
    ENTRY("viewer/hook.js", SCRIPT, viewer_hook_js),
    ENTRY("viewer/interaction.js", SCRIPT, viewer_interaction_js),
    ENTRY("viewer/job.js", SCRIPT, viewer_job_js),
    ENTRY("viewer/jobkeys.js", SCRIPT, viewer_jobkeys_js),
    ENTRY("viewer/layers.js", SCRIPT, viewer_layers_js),
    ENTRY("viewer/marks.js", SCRIPT, viewer_marks_js),
    ENTRY("viewer/nopictures.js", SCRIPT, viewer_nopictures_js),
    ENTRY("viewer/odd.js", SCRIPT, viewer_odd_js),
    ENTRY("viewer/overlay.js", SCRIPT, viewer_overlay_js),
    ENTRY("viewer/planes.js", SCRIPT, viewer_planes_js),
    ENTRY("viewer/segments.js", SCRIPT, viewer_segments_js),
    ENTRY("viewer/slicemap.js", SCRIPT, viewer_slicemap_js),
    ENTRY("viewer/slices.js", SCRIPT, viewer_slices_js),
    ENTRY("viewer/summary.js", SCRIPT, viewer_summary_js),
    ENTRY("viewer/view.js", SCRIPT, viewer_view_js),
    ENTRY("viewer/viewgrid.js", SCRIPT, viewer_viewgrid_js),
    ENTRY("viewer/windowing.js", SCRIPT, viewer_windowing_js),
    ENTRY("worklist/chips.js", SCRIPT, worklist_chips_js),
    ENTRY("worklist/filters.js", SCRIPT, worklist_filters_js),
    ENTRY("worklist/pages.js", SCRIPT, worklist_pages_js),
    ENTRY("worklist/queue.js", SCRIPT, worklist_queue_js),
    ENTRY("worklist/row.js", SCRIPT, worklist_row_js),
    ENTRY("worklist/rows.js", SCRIPT, worklist_rows_js),
    ENTRY("worklist/worklist.js", SCRIPT, worklist_worklist_js),
    {NULL, NULL, NULL, 0},
};
