/** One item of `GET /api/v1/users/{user_id}/inbox`. */
export interface InboxItemJson {
  id: string;
  notification_id: string;
  title: string | null;
  body: string | null;
  action_url: string | null;
  read_at: string | null;
  created_at: string;
}
