import type { Channel } from '@notify/contracts';

/** What a person is told they have just done. */
export type Notice = 'unsubscribed' | 'saved' | 'required';
/** Why there is nothing to choose: the link is none of ours, something is away, too many came from one address. */
export type Refusal = 'noSuchLink' | 'unavailable' | 'tooMany';

/** All that the page says, in one language; a type's title comes from the registry. */
export interface PageWords {
  /** BCP 47. */
  language: string;
  channels: Record<Channel, string>;
  unsubscribe: string;
  unsubscribeFrom(title: string): string;
  noMoreEmail: string;
  yourMessages: string;
  whatYouGet: string;
  everythingElse: string;
  allMessages: string;
  youAlwaysGet(titles: string): string;
  save: string;
  notices: Record<Notice, (title: string) => string>;
  refusals: Record<Refusal, { title: string; text: string }>;
}

const ENGLISH: PageWords = {
  language: 'en',
  channels: { email: 'Email', sms: 'Text message', push: 'Push', in_app: 'In the app' },
  unsubscribe: 'Unsubscribe',
  unsubscribeFrom: (title) => `Unsubscribe from “${title}”?`,
  noMoreEmail: 'You will get no more email of this kind.',
  yourMessages: 'Your messages',
  whatYouGet: 'What you get, and how',
  everythingElse: 'Everything else',
  allMessages: 'All messages',
  youAlwaysGet: (titles) => `You always get: ${titles}.`,
  save: 'Save',
  notices: {
    unsubscribed: (title) => `You are unsubscribed: no more email of “${title}”.`,
    saved: () => 'Saved.',
    required: (title) => `Everybody gets “${title}”: it can not be switched off.`,
  },
  refusals: {
    noSuchLink: {
      title: 'This link leads nowhere',
      text: 'It is not complete, or no longer needed: nobody is subscribed here.',
    },
    unavailable: {
      title: 'Not right now',
      text: 'We can not save this at the moment. Please try again in a minute.',
    },
    tooMany: { title: 'Too many at once', text: 'Nothing was changed. Please try again in a moment.' },
  },
};

/** Spaces within French punctuation do not break (\u00a0). */
const FRENCH: PageWords = {
  language: 'fr',
  channels: { email: 'E-mail', sms: 'SMS', push: 'Notification push', in_app: 'Dans l’application' },
  unsubscribe: 'Se désabonner',
  unsubscribeFrom: (title) => `Se désabonner de «\u00a0${title}\u00a0»\u00a0?`,
  noMoreEmail: 'Vous ne recevrez plus d’e-mails de ce type.',
  yourMessages: 'Vos messages',
  whatYouGet: 'Ce que vous recevez, et comment',
  everythingElse: 'Tout le reste',
  allMessages: 'Tous les messages',
  youAlwaysGet: (titles) => `Vous recevez toujours\u00a0: ${titles}.`,
  save: 'Enregistrer',
  notices: {
    unsubscribed: (title) => `C’est fait\u00a0: vous ne recevrez plus d’e-mails «\u00a0${title}\u00a0».`,
    saved: () => 'Vos choix sont enregistrés.',
    required: (title) => `Tout le monde reçoit «\u00a0${title}\u00a0»\u00a0: impossible de s’en désabonner.`,
  },
  refusals: {
    noSuchLink: {
      title: 'Ce lien ne mène nulle part',
      text: 'Il est incomplet ou n’est plus valable\u00a0: aucun abonnement n’y correspond.',
    },
    unavailable: {
      title: 'Momentanément indisponible',
      text: 'Nous ne pouvons rien enregistrer pour le moment. Veuillez réessayer dans une minute.',
    },
    tooMany: { title: 'Trop de demandes à la fois', text: 'Rien n’a changé. Veuillez réessayer dans un instant.' },
  },
};

const SPANISH: PageWords = {
  language: 'es',
  channels: { email: 'Correo electrónico', sms: 'SMS', push: 'Notificación push', in_app: 'En la aplicación' },
  unsubscribe: 'Darme de baja',
  unsubscribeFrom: (title) => `¿Darte de baja de «${title}»?`,
  noMoreEmail: 'No recibirás más correos de este tipo.',
  yourMessages: 'Tus mensajes',
  whatYouGet: 'Qué recibes y cómo',
  everythingElse: 'Todo lo demás',
  allMessages: 'Todos los mensajes',
  youAlwaysGet: (titles) => `Siempre recibes: ${titles}.`,
  save: 'Guardar',
  notices: {
    unsubscribed: (title) => `Te has dado de baja: no recibirás más correos de «${title}».`,
    saved: () => 'Cambios guardados.',
    required: (title) => `Todo el mundo recibe «${title}»: no se puede desactivar.`,
  },
  refusals: {
    noSuchLink: {
      title: 'Este enlace no lleva a ninguna parte',
      text: 'Está incompleto o ya no hace falta: aquí no hay nadie suscrito.',
    },
    unavailable: {
      title: 'Ahora mismo no es posible',
      text: 'No podemos guardar nada en este momento. Vuelve a intentarlo en un minuto.',
    },
    tooMany: {
      title: 'Demasiadas solicitudes a la vez',
      text: 'No se ha cambiado nada. Vuelve a intentarlo en un momento.',
    },
  },
};

/** The languages that the page speaks; who wants none of them gets the first. */
export const PAGE_WORDS = [ENGLISH, FRENCH, SPANISH] as const;
