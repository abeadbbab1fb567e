/** Where a resident chooses what to hear of; links of messages lead there, too. */
export const notificationsPath = "/profile/notifications";
