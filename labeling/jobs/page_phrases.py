"""The phrases of the labeling and the review page, part by part.

Each function answers the phrases of one part in the reader's language. `{name}` places are filled
in by the page.
"""

from django.utils.translation import gettext as _


def frame() -> dict[str, str]:
    """What both pages share: the stage, the strip, the panel's headings, comments."""
    return {
        "stage": _("{name}, picture {number} of {total}"),
        "item_opened": _("{name}, {number} of {total}"),
        "strip_item": _("{number} of {total}: {name}, {state}"),
        "state_none": _("not done"),
        "state_done": _("done"),
        "state_skipped": _("skipped"),
        "state_accepted": _("accepted"),
        "state_rejected": _("rejected"),
        "no_items": _("This job has no items."),
        "image_failed": _(
            "The picture of {name} could not be loaded. Reload the page to try again."
        ),
        "bringing": _("Fetching the picture from {host}…"),
        "absent_title": _("The picture is not here."),
        "absent_hint": _("Nothing is lost, and the other pictures of this job can be done."),
        "skip_with_reason": _("Skip with a reason"),
        "open_failed": _("The labels of {name} could not be loaded."),
        "try_again": _("Try again"),
        "close": _("Close"),
        "cancel": _("Cancel"),
        "instructions": _("Instructions"),
        "no_instructions": _("This job has no instructions."),
        "somebody": _("somebody"),
        "unreachable": _("The server is out of reach."),
        "refused": _("The server refused this ({status})."),
        "classes": _("Classes"),
        "search_classes": _("Find a class"),
        "no_classes": _("This job offers no classes."),
        "unknown_class": _("class {id}"),
        "unknown_tag": _("tag {id}"),
        "objects_title": _("Objects ({count})"),
        "no_objects": _("Nothing is drawn on this picture."),
        "object_tags": _("Tags of the object"),
        "image_tags": _("Tags of the image"),
        "no_image_tags": _("No tags of the image"),
        "no_tags": _("No tags."),
        "select_an_object": _("Select an object to tag it."),
        "show_object": _("Show {name}"),
        "hide_object": _("Hide {name}"),
        "delete_object": _("Delete {name}"),
        "object_selected": _("{name}, {shape}, {number} of {total}"),
        "vertex_held": _("Point {number}"),
        "remarks_title": _("Comments ({count} open)"),
        "remarks_failed": _("Comments could not be loaded"),
        "remark_text": _("Write a comment"),
        "remark_add": _("Comment"),
        "remark_added": _("Comment added."),
        "remark_at": _("Pinned to {x}, {y}"),
        "remark_show": _("Show comment {number} on the picture"),
        "remark_resolve": _("Resolve"),
        "remark_resolved": _("Comment resolved."),
        "remark_resolved_by": _("Resolved by {who}"),
        "accepted_by": _("Accepted by {who}."),
        "rejected_by": _("Rejected by {who}: {reason}"),
        "sent_back_by": _("Sent back by {who}: {reason}"),
        "rejected_before": _("Rejected before by {who}: {reason}"),
        "skipped": _("Skipped: {reason}"),
        "begin_review": _("Start review"),
        "not_begun": _("The review has not begun."),
        "only_looking": _("You are looking only: nothing can be changed here."),
    }


def drawing() -> dict[str, str]:
    """Tools, shapes, and what they answer."""
    return {
        "tool_select": _("Select"),
        "tool_rectangle": _("Rectangle"),
        "tool_polygon": _("Polygon"),
        "tool_hand": _("Move the picture"),
        "tool_remark": _("Pin a comment"),
        "shape_any": _("any shape"),
        "shape_rectangle": _("rectangle"),
        "shape_polygon": _("polygon"),
        "shape_polyline": _("polyline"),
        "shape_point": _("point"),
        "shape_bitmap": _("bitmap"),
        "shape_track": _("track"),
        "second_corner": _("Click the opposite corner, or press Esc."),
        "no_area": _("That shape has no area."),
        "three_points": _("A polygon needs at least three points."),
        "no_class_for": _("This job offers no class that is drawn as a {shape}."),
        "no_tool_for": _("There is no tool yet for objects of class {name}."),
        "no_tool_yet": _("There is no tool yet to move or copy a {shape}."),
        "class_shape": _("Objects of class {name} are drawn as {wanted}, and this is a {drawn}."),
        "object_locked": _("Its class is not part of this job, so this object stays as it is."),
        "tags_dropped": _(
            "{names} does not go with {name} and was taken off. Undo brings it back."
        ),
        "deleted": _("Deleted {name}. Undo brings it back."),
        "paste_outside": _("The copied object does not fit on this picture."),
        "select_object_first": _("{name} is for objects: select one first."),
        "not_a_number": _("This tag takes a number."),
        "finish": _("Finish the shape"),
        "point_back": _("Take the last point back"),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "zoom": _("Zoom"),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "zoom_fit": _("Fit the picture"),
        "zoom_actual": _("Actual size"),
        "names": _("Names on or off"),
        "hide_all": _("Hide or show all objects"),
        "hide_selected": _("Hide or show the object"),
        "opacity": _("Opacity of objects"),
    }


def keys() -> dict[str, str]:
    """The sheet of keys."""
    return {
        "keys": _("Keys"),
        "key_rule": _(
            "Keys of classes and tags win over those of the page, which then move to Shift with "
            "the same key. Enter, Esc, Del, arrows, + - [ ] ? and keys with Ctrl stay as they are."
        ),
        "key_moved": _("(moved: {key} belongs to a class or tag here)"),
        "key_taken": _("({key} belongs to {by})"),
        "key_fixed": _("({key} belongs to the page)"),
        "group_schema": _("Classes and tags"),
        "group_tools": _("Tools"),
        "group_drawing": _("While drawing"),
        "group_labels": _("Objects"),
        "group_look": _("What is shown"),
        "group_picture": _("Picture"),
        "group_page": _("Items and page"),
        "group_review": _("Review"),
        "group_pointer": _("Mouse and touch"),
        "cross_move": _("With a drawing tool: move the cross"),
        "cross_far": _("Move the cross ten pixels"),
        "cross_press": _("Put a corner or point at the cross; twice on one place finishes"),
        "escape": _("Cancel, let go, back to selecting"),
        "delete": _("Delete the object, or the point that is held"),
        "duplicate": _("Duplicate the object"),
        "copy": _("Copy the object"),
        "paste": _("Paste it here or on another picture"),
        "move_one": _("Move the object, or the point that is held"),
        "move_far": _("Move it ten pixels"),
        "next_object": _("Next object"),
        "previous_object": _("Previous object"),
        "next_vertex": _("Hold the next point or corner"),
        "insert_vertex": _("Insert a point after the one that is held"),
        "next_item": _("Next picture"),
        "previous_item": _("Previous picture"),
        "next_item_arrow": _("Next picture"),
        "previous_item_arrow": _("Previous picture"),
        "beside_arrow": _("Next or previous picture, when nothing is selected"),
        "arrows": _("Arrows"),
        "shift_arrows": _("Shift arrows"),
        "gesture_tab": _("Tab"),
        "gesture_tab_does": _("On the picture: from object to object, then on"),
        "gesture_wheel": _("Wheel"),
        "gesture_wheel_does": _("Zoom at the pointer"),
        "gesture_shift_wheel": _("Shift + wheel"),
        "gesture_shift_wheel_does": _("Move the picture sideways"),
        "gesture_space": _("Space + drag"),
        "gesture_space_does": _("Move the picture"),
        "gesture_middle": _("Middle button"),
        "gesture_middle_does": _("Move the picture"),
        "gesture_fingers": _("Two fingers"),
        "gesture_fingers_does": _("Move and zoom the picture"),
        "gesture_alt_click": _("Alt + click"),
        "gesture_alt_click_does": _("Select what lies beneath; on a point of a polygon: delete it"),
    }


def saving() -> dict[str, str]:
    """Whether the work is safe, and what to do when it is not."""
    return {
        "saved": _("saved {when}"),
        "saved_by": _("saved {when} by {who}"),
        "not_labeled": _("nothing saved yet"),
        "saving_changed": _("saving…"),
        "saving_saving": _("saving…"),
        "saving_waiting": _("Not saved: the server is out of reach. Trying again."),
        "saving_signed_out": _("Not saved: you are signed out. Your work is kept in this browser."),
        "saving_refused": _("Not saved: the server refused it. Your work is kept in this browser."),
        "saving_conflict": _("Not saved: somebody else changed this picture."),
        "no_draft": _("This browser cannot keep a copy: leave the page open."),
        "save_now": _("Save now"),
        "try_now": _("Try now"),
        "look_at_both": _("Look at both"),
        "sign_in": _("Sign in"),
        "signed_out": _(
            "You are signed out. Sign in in another tab; this page goes on from there."
        ),
        "somebody_else": _("Somebody else is signed in by now. Sign in as yourself to go on."),
        "conflict_title": _("{name} was changed meanwhile"),
        "conflict_explain": _(
            "{who} saved other labels ({when}). Nothing is lost: choose which stand, or keep both. "
            "What differs is drawn bold."
        ),
        "theirs": _("Saved by {who}"),
        "mine": _("Yours, not saved"),
        "keep_mine": _("Keep mine"),
        "take_theirs": _("Take theirs"),
        "keep_both": _("Keep both"),
        "draft_title": _("There is work that was not saved"),
        "draft_explain": _("It was kept in this browser. What differs is drawn bold."),
        "draft_explain_changed": _(
            "It was kept in this browser, and the picture was saved again since. What differs is "
            "drawn bold."
        ),
        "on_server": _("On the server"),
        "in_browser": _("In this browser"),
        "draft_restore": _("Restore my work"),
        "draft_discard": _("Leave it as on the server"),
    }


def labeling() -> dict[str, str]:
    """The verbs of an annotator."""
    return {
        "confirm": _("Confirm"),
        "skip_item": _("Skip"),
        "submit": _("Submit"),
        "next_to_do": _("Next that is not done"),
        "confirm_item_done": _("{name} is confirmed."),
        "skip_item_done": _("{name} is skipped."),
        "all_done": _("Every picture is done."),
        "nothing_left": _("No other picture is left to do."),
        "submit_title": _("Submit the job"),
        "go_to_first": _("Go to the first"),
        "skip_title": _("Skip this picture"),
        "reason": _("Reason"),
        "skip_blurry": _("Too blurry"),
        "skip_empty": _("Nothing to label"),
        "skip_unsure": _("I am not sure"),
        "locked": _("{text} It is locked."),
    }


def reviewing() -> dict[str, str]:
    """The verbs of a reviewer."""
    return {
        "decision": _("Decision"),
        "accept": _("Accept"),
        "reject": _("Reject"),
        "reject_now": _("Reject"),
        "reject_reason": _("What has to be fixed?"),
        "reason_needed": _("Say what has to be fixed."),
        "quick_reasons": _("Common reasons"),
        "reason_loose": _("Outline too loose"),
        "reason_tight": _("Outline cuts the object"),
        "reason_missed": _("Object missed"),
        "reason_class": _("Wrong class"),
        "reason_extra": _("Not an object"),
        "accepted": _("{name} is accepted."),
        "rejected": _("{name} is rejected."),
        "next_undecided": _("Next undecided"),
        "goes_on": _("Go on after a decision"),
        "all_decided": _("Every picture is decided."),
        "whole_job": _("The whole job"),
        "complete": _("Complete job"),
        "complete_title": _("Complete the job"),
        "restart_title": _("Restart the rejected items"),
    }
