"""What an edit of a template changes in its behaviour: verdict, order of deployment, and an example for each change."""
