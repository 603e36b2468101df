/** What the operator has set about announcements of policies; times in milliseconds. */
export interface AnnouncementSettings {
  /** How long acknowledgements may be overdue before a subject is deleted without them. */
  readonly announcementGracePeriod: number;
  /** Longest wait for acknowledgements of one announcement. */
  readonly announcementMaxTimeout: number;
  readonly announceWhenDeleted: boolean;
  readonly announcementRandomization: number;
  readonly announcementBackoffMin: number;
  readonly announcementBackoffMax: number;
  readonly announcementBackoffRandomFactor: number;
}
