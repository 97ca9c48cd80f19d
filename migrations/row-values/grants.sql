grant execute on function append_events to stageline_app;
